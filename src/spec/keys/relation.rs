//! How the keys of one table depend on each other.

/// One dependency; a schema says the same as the reader reports.
#[derive(Debug, Clone, Copy)]
pub enum Relation {
    /// Exactly one of these is set.
    OneOf(&'static [&'static str]),
    /// At least one of these is set.
    SomeOf(&'static [&'static str]),
    /// The key goes only with one of the others.
    Beside { key: &'static str, with: &'static [&'static str] },
    /// Without this key, the others are required.
    Unless { key: &'static str, required: &'static [&'static str] },
    /// Where the flag is true, the key is required.
    Needs { flag: &'static str, key: &'static str },
    /// Not both flags are true.
    NotBoth(&'static str, &'static str),
    /// Where the flag is true, the patterns name no family.
    NoFamily { flag: &'static str, patterns: &'static str },
    /// Where the flag is true, the count is not zero.
    NotZero { flag: &'static str, count: &'static str },
    /// A selection that this side's `each` cannot use.
    NotOn { side: &'static str, selection: &'static str },
    /// A key that the tables of this array cannot have here.
    NotIn { tables: &'static str, key: &'static str },
}
