# The program alone, on a small Debian: docker build -t align . && docker run --rm -v "$PWD:/work" align check SPEC.toml
FROM rust:1.89-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --locked --profile dist \
    && target/dist/align check specs/attention.toml --quiet

FROM debian:bookworm-slim
COPY --from=build /source/target/dist/align /usr/local/bin/align
# Nothing that is read can be written over by it, and nothing is kept.
USER nobody
ENV ALIGN_CACHE_DIR=/tmp/align
WORKDIR /work
ENTRYPOINT ["align"]
