//! Runs over some of the traces, and what they make together.

use super::jobs::{Job, jobs};
use super::ranks::{self, Keep};
use super::traces::Traces;
use super::{Loaded, Options, Overrides, Run, Session};
use crate::diag::{Problem, escape};
use crate::fleet::{Fold, Partial, PartialCase, PartialSpec, Settings, StoredProblem, StoredSource};
use crate::spec;
use std::path::Path;

impl Session {
    /// As [`Session::check`], on some of the ranks: nothing is said of others that are missing. Beside the run, what others
    /// can be added to.
    ///
    /// # Errors
    /// The selection of cases or traces is wrong.
    pub fn check_partly(
        &self,
        specs: &[Loaded],
        overrides: &Overrides,
        settings: &Settings,
    ) -> Result<(Run, Partial), Vec<Problem>> {
        let options = Options { fail_on: settings.fail_on, today: settings.today.clone() };
        let jobs = jobs(specs, overrides)?;
        let traces = Traces::read(jobs.iter().flat_map(ranks::shared), &[], self);
        let folds = ranks::judge(self, &jobs, &traces, Keep { partial: true }, &options);
        let partial = partial(specs, &jobs, &folds, settings)?;
        Ok((self.finish(&jobs, folds, specs, false, &options), partial))
    }

    /// The run over all ranks of a partial result, as if they had been judged at once; decided. `complete`: there are no
    /// others.
    ///
    /// # Errors
    /// Ranks that do not belong together, or specs that cannot be read any more.
    pub fn merged(&self, partial: &Partial, complete: bool) -> Result<Run, Vec<Problem>> {
        partial.fit().map_err(|problem| vec![problem])?;
        let Settings { fail_on, allow_inconclusive, today } = partial.settings.clone();
        let options = Options { fail_on, today };
        let specs = partial.specs.iter().map(|spec| self.reload(spec)).collect::<Result<Vec<Loaded>, _>>()?;
        let (mut jobs, mut folds): (Vec<Job<'_>>, Vec<Fold>) = (Vec::new(), Vec::new());
        for (loaded, from) in specs.iter().zip(&partial.specs) {
            let knows = |case: &PartialCase| loaded.spec.cases.iter().any(|known| known.name.value == case.case);
            if let Some(unknown) = from.cases.iter().find(|case| !knows(case)) {
                let (file, case) = (escape(&from.file), escape(&unknown.case));
                let problem =
                    Problem::spec("bad-partial", format!("`{file}` has no case `{case}`, of which there are results"));
                return Err(vec![problem.help("judge the traces again: a file was changed by hand")]);
            }
            for (spec, case, rules) in loaded.cases() {
                let Some(found) = from.cases.iter().find(|found| found.case == case.name.value) else { continue };
                let problems = found.problems.iter().map(Problem::from).collect();
                jobs.push(Job { spec, case, rules, pairs: Vec::new(), problems });
                folds.push(found.ranks.clone());
            }
        }
        let mut run = self.finish(&jobs, folds, &specs, complete, &options);
        run.decide(fail_on, allow_inconclusive);
        Ok(run)
    }

    /// A spec from the texts that its ranks were judged by.
    fn reload(&self, from: &PartialSpec) -> Result<Loaded, Vec<Problem>> {
        let texts = from.sources.iter().map(|source| (source.name.as_str(), source.text.as_str()));
        let spec = spec::load(Path::new(&from.file), &self.vocabulary, &self.library.given(texts))?;
        let files = [&spec.file].into_iter().chain(&spec.files).map(|file| StoredSource::from(file.as_ref()));
        if !files.eq(from.sources.iter().cloned()) {
            let message = format!("`{}` was judged by other built-in specs than this program has", escape(&from.file));
            let problem = Problem::spec("bad-partial", message);
            return Err(vec![problem.help("judge the traces and merge the results with one version of `align`")]);
        }
        self.compile(spec)
    }
}

fn partial(specs: &[Loaded], jobs: &[Job<'_>], folds: &[Fold], settings: &Settings) -> Result<Partial, Vec<Problem>> {
    let mut partial = Partial::empty(settings.clone());
    for loaded in specs {
        let spec = &loaded.spec;
        let own = jobs.iter().zip(folds).filter(|(job, _)| std::ptr::eq(job.spec, spec));
        let case = |(job, fold): (&Job<'_>, &Fold)| PartialCase {
            case: job.case.name.value.clone(),
            problems: job.problems.iter().cloned().map(StoredProblem::from).collect(),
            ranks: fold.clone(),
        };
        let one = PartialSpec {
            file: spec.file.name.clone(),
            name: spec.name.value.clone(),
            sources: [&spec.file]
                .into_iter()
                .chain(&spec.files)
                .map(|file| StoredSource::from(file.as_ref()))
                .collect(),
            cases: own.map(case).collect(),
        };
        let with = Partial { specs: vec![one], ..Partial::empty(settings.clone()) };
        partial = partial.and(with).map_err(|problem| vec![problem])?;
    }
    Ok(partial)
}
