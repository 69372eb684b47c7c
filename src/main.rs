use align::pipeline::*;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let session = match Session::shipped() {
        Ok(s) => s,
        Err(p) => {
            for p in p {
                println!("{p:?}");
            }
            return;
        }
    };
    let mut o = Overrides::default();
    let mut it = args.iter();
    let mut paths = vec![];
    while let Some(a) = it.next() {
        match a.as_str() {
            "--case" => o.case = it.next().cloned(),
            "--mock" => o.mock = it.next().map(Into::into),
            "--e2e" => o.e2e = it.next().map(Into::into),
            p => paths.push(p.into()),
        }
    }
    let specs = match session.load(&paths) {
        Ok(s) => s,
        Err(p) => {
            for p in p {
                println!("{p:?}");
            }
            return;
        }
    };
    let run = session.check(&specs, &o, &Options::default());
    for p in &run.problems {
        println!("{p:?}");
    }
    for c in &run.outcome.cases {
        println!(
            "== {} {} {:?}",
            c.title(),
            c.verdict,
            c.latency.as_ref().and_then(|l| l.interval).map(|i| format!("{:.3} [{:.3},{:.3}]", i.ratio, i.low, i.high))
        );
        for (s, x) in [("mock", &c.mock), ("e2e", &c.e2e)] {
            println!(
                "   {s}: {} n={} k={} conf={:.2} graph={:.2} out={:?} second={:?}",
                x.how, x.instances, x.kernels, x.confidence, x.graph_share, x.left_out, x.second
            );
        }
        for k in &c.checks {
            if k.reason.is_some() {
                println!("   {} {} {:?}", k.name, k.verdict, k.reason);
            }
        }
        for f in &c.findings {
            println!("   {}[{}] {}", f.severity, f.code, f.message);
        }
        for d in &c.diagnoses {
            println!("   -> {} ({:?}) {:?}", d.issue, d.explains, d.evidence);
        }
    }
    std::process::exit(exit_code(&run, align::diag::Severity::Error, false).into());
}
