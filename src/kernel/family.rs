//! Families: named classes of kernel names that count as the same work.

use super::identity::Identity;
use super::pattern::{PatternError, TextPattern};

/// The index of a family in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId(pub u16);

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub name: String,
    pub meaning: String,
    pub patterns: Vec<TextPattern>,
    /// Glue says nothing about which operation it belongs to (copies, fills, elementwise work), so
    /// two kernels of such a family are not taken for each other.
    pub glue: bool,
    /// Runs around operations, not in them (bookkeeping, checks, set-up): two such kernels are not taken for each
    /// other either, and say nothing about the operation.
    pub around: bool,
    /// The heart of an operation (attention, expert GEMM): another kernel here is another backend.
    pub core: bool,
    /// Its kernels come and go with the variant of another kernel (a split-K reduction with its GEMM), so that one
    /// that is missing or extra is no sign of other work.
    pub companion: bool,
    /// A library picks among its kernels by shape and data type, so that another one of them is no other work.
    pub by_shape: bool,
}

/// An ordered table of families; the first that matches wins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Families {
    rows: Vec<Family>,
}

impl Families {
    pub fn new(rows: Vec<Family>) -> Self {
        Self { rows }
    }

    /// The family of a kernel, by its demangled name.
    pub fn of(&self, name: &Identity) -> Option<FamilyId> {
        let position = self.rows.iter().position(|f| f.patterns.iter().any(|p| p.matches(&name.exact)))?;
        u16::try_from(position).ok().map(FamilyId)
    }

    pub fn get(&self, id: FamilyId) -> Option<&Family> {
        self.rows.get(usize::from(id.0))
    }

    pub fn id(&self, name: &str) -> Option<FamilyId> {
        let position = self.rows.iter().position(|f| f.name == name)?;
        u16::try_from(position).ok().map(FamilyId)
    }

    pub fn name_of(&self, name: &Identity) -> Option<&str> {
        self.of(name).and_then(|id| self.get(id)).map(|f| f.name.as_str())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|f| f.name.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Family> {
        self.rows.iter()
    }

    /// Puts the rows of another table in front, so that a project's families win over the shipped ones.
    pub fn prepend(&mut self, mut rows: Vec<Family>) {
        rows.append(&mut self.rows);
        self.rows = rows;
    }
}

impl Family {
    pub fn new(name: &str, meaning: &str, patterns: &[&str]) -> Result<Self, PatternError> {
        let patterns = patterns.iter().map(|p| TextPattern::new(p)).collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            meaning: meaning.to_owned(),
            patterns,
            glue: false,
            around: false,
            core: false,
            companion: false,
            by_shape: false,
        })
    }
}
