//! The table itself: one row registers a property, a method or a function and documents it.

use super::value::{Failure, Gives, Named, unknown};
use rhai::{Dynamic, Engine, ImmutableString, RhaiNativeFunc, Variant};

/// A value every rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    pub name: &'static str,
    /// Its type.
    pub of: &'static str,
    pub doc: &'static str,
}

/// How a member is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberKind {
    /// `kernel.name`
    Property,
    /// `kernel.matches("*gemm*")`
    Method,
    /// `median(numbers)`
    Function,
}

/// One row of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub kind: MemberKind,
    /// The type it belongs to; empty for a function.
    pub of: &'static str,
    pub name: &'static str,
    /// As one would write it: `kernel.name`, `median(numbers)`.
    pub usage: String,
    /// The type it gives.
    pub gives: String,
    pub doc: &'static str,
    /// For methods and functions: an expression that is true.
    pub example: &'static str,
}

/// Registers rows and keeps their documentation.
pub(super) struct Api<'e> {
    pub(super) engine: &'e mut Engine,
    pub(super) members: Vec<Member>,
}

impl<'e> Api<'e> {
    pub(super) fn new(engine: &'e mut Engine) -> Self {
        Self { engine, members: Vec::new() }
    }

    /// Begins a type's rows; `describe` adds them.
    pub(super) fn kind<T: Named>(&mut self, describe: impl FnOnce(&mut Properties<'_, 'e, T>)) {
        self.engine.register_type_with_name::<T>(T::NAME);
        let first = self.members.len();
        describe(&mut Properties { api: self, of: std::marker::PhantomData });
        let names: Vec<&'static str> =
            self.members.iter().skip(first).filter(|m| m.kind == MemberKind::Property).map(|m| m.name).collect();
        // Asked for whatever has no row.
        self.engine.register_indexer_get(move |_: &mut T, name: ImmutableString| -> Result<Dynamic, Failure> {
            Err(unknown(format!("{} has no property `{name}`", T::NAME), &name, names.iter().copied()))
        });
    }

    /// A function. `usage` names its arguments; `example` is an expression that is true.
    pub(super) fn function<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        usage: &'static str,
        gives: &'static str,
        doc: &'static str,
        example: &'static str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self {
        self.add(Row { kind: MemberKind::Function, of: "", usage, gives, doc, example }, function);
        self
    }

    fn add<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        row: Row,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) {
        let call = row.usage.rsplit_once('.').map_or(row.usage, |(_, call)| call);
        let name = call.split('(').next().unwrap_or(call);
        self.engine.register_fn(name, function);
        let Row { kind, of, usage, gives, doc, example } = row;
        self.members.push(Member { kind, of, name, usage: usage.to_owned(), gives: gives.to_owned(), doc, example });
    }
}

struct Row {
    kind: MemberKind,
    of: &'static str,
    usage: &'static str,
    gives: &'static str,
    doc: &'static str,
    example: &'static str,
}

/// The rows of one type.
pub(super) struct Properties<'a, 'e, T> {
    api: &'a mut Api<'e>,
    of: std::marker::PhantomData<T>,
}

impl<T: Named> Properties<'_, '_, T> {
    /// A property.
    pub(super) fn get<R: Gives>(
        &mut self,
        name: &'static str,
        doc: &'static str,
        get: impl Fn(&T) -> R + Send + Sync + 'static,
    ) -> &mut Self {
        self.api.engine.register_get(name, move |value: &mut T| get(value).give());
        self.api.members.push(Member {
            kind: MemberKind::Property,
            of: T::NAME,
            name,
            usage: format!("{}.{name}", T::NAME),
            gives: R::word(),
            doc,
            example: "",
        });
        self
    }

    /// A method; its function takes the value first.
    pub(super) fn method<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        usage: &'static str,
        gives: &'static str,
        doc: &'static str,
        example: &'static str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) -> &mut Self {
        self.api.add(Row { kind: MemberKind::Method, of: T::NAME, usage, gives, doc, example }, function);
        self
    }
}
