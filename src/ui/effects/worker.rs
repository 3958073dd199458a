//! Performs requests with the services of the workspace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::pager::Pager;
use super::{
    Reply, Request, Worker, ablation_service, judging_service, prompt_service, retrieval_service, run_service,
    telemetry_service, trace_service,
};
use crate::domain::ids::RunId;
use crate::error::AppError;
use crate::services::grounding;
use crate::services::import::{Outcome, Progress as Importing};
use crate::services::prompts::LintFacts;
use crate::services::replay::RunControl;
use crate::services::{Listener, Services};
use crate::store::{RebuildProgress, Store};
use crate::ui::effects::Answer;
use crate::ui::msg::{JobNews, Msg, Progress, RequestId, Toast, WorkspaceInfo};
use crate::ui::text::counted;
use crate::vcs::Head;

/// The job of reading the workspace's files.
const READING: RequestId = RequestId(0);
/// The least time between two pieces of news of one job.
const NEWS: Duration = Duration::from_millis(33);

/// How often the index is looked at for what others wrote.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Performs requests with the services of the workspace.
pub struct ServicesWorker {
    services: Services,
    prepared: Mutex<bool>,
    pager: Mutex<Pager>,
    lint: Mutex<Option<(Instant, Arc<LintFacts>)>>,
    runs: Mutex<HashMap<RunId, RunControl>>,
}

/// How long what the linter knows of a workspace is used before it is gathered again.
const FACTS_LAST: Duration = Duration::from_secs(20);

impl ServicesWorker {
    /// A worker; opens nothing yet.
    pub fn new(services: Services) -> Self {
        Self {
            services,
            prepared: Mutex::new(false),
            pager: Mutex::default(),
            lint: Mutex::default(),
            runs: Mutex::default(),
        }
    }

    /// The services.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// The runs that are worked on in this window.
    pub fn runs(&self) -> MutexGuard<'_, HashMap<RunId, RunControl>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the pages of the list of traces.
    pub const fn pager(&self) -> &Mutex<Pager> {
        &self.pager
    }

    /// What the linter knows of the workspace, gathered now and then: it is asked at every key of an editor.
    pub fn lint_facts(&self, reply: &dyn Reply) -> Result<Arc<LintFacts>, AppError> {
        let mut known = self.lint.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, facts)) = known.as_ref()
            && since.elapsed() < FACTS_LAST
        {
            return Ok(Arc::clone(facts));
        }
        // Without an index nothing is known of recorded calls, and everything else still holds.
        let store = self.store(reply).ok();
        let facts = Arc::new(LintFacts::gather(&self.services, self.services.prompts()?, store, reply.cancel())?);
        *known = Some((Instant::now(), Arc::clone(&facts)));
        Ok(facts)
    }

    /// The store, made usable first; whoever comes second waits for the first.
    pub fn store(&self, reply: &dyn Reply) -> Result<&Store, AppError> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if !*prepared {
            let was_damaged = self.services.store()?.is_condemned();
            self.services.prepared(&News::new(reply), reply.cancel())?;
            *prepared = true;
            if was_damaged {
                // Whoever asked before was told that it cannot be read.
                reply.tell(Msg::DataChanged);
            }
        }
        drop(prepared);
        self.services.store()
    }

    /// Tells what the header says of the workspace.
    pub fn tell_workspace(&self, reply: &dyn Reply) -> Result<(), AppError> {
        let workspace = self.services.workspace()?;
        for notice in workspace.notices() {
            reply.tell(Msg::Toast(Toast::info(notice.clone())));
        }
        let mut info = WorkspaceInfo { name: workspace.name(), ..WorkspaceInfo::default() };
        reply.tell(Msg::Workspace(info.clone()));
        if let Some(repository) = self.services.prompts()?.repository() {
            info.branch = repository.head().ok().map(|head| match head {
                Head::Branch(name) | Head::Unborn(name) => name,
                Head::Detached(commit) => commit.short().to_owned(),
            });
            info.changed = repository.changes(&workspace.prompts()).map_or(0, |changes| changes.len());
            reply.tell(Msg::Workspace(info));
        }
        Ok(())
    }

    /// Tells when the index was written, by this process or another, until the workbench ends.
    fn watch(&self, reply: &dyn Reply) {
        let Ok(store) = self.services.store() else { return };
        let mut seen = store.stamp();
        // What cannot be put aside once is not tried twice a second.
        let mut gave_up = false;
        while !reply.cancel().is_cancelled() {
            std::thread::sleep(LOOK_AGAIN);
            let condemned = store.is_condemned();
            if condemned && !gave_up {
                *self.prepared.lock().unwrap_or_else(PoisonError::into_inner) = false;
                if let Err(error) = self.read_files(reply) {
                    reply.tell(Msg::Toast(Toast::error(explain(&error))));
                }
            }
            gave_up = condemned && store.is_condemned();
            let stamp = store.stamp();
            if stamp != seen {
                seen = stamp;
                reply.tell(Msg::DataChanged);
                // What others import is grounded here, too; whoever cannot write learns it elsewhere.
                let _ = self.ground(reply);
            }
        }
    }

    fn read_files(&self, reply: &dyn Reply) -> Result<(), AppError> {
        self.store(reply)?;
        let news = News::new(reply);
        let report = self.services.intake()?.sync(&mut |progress| news.importing(progress), reply.cancel());
        news.over();
        let report = report?;
        for file in report.files.iter().filter(|file| file.outcome == Outcome::Failed) {
            let reason = file.skipped.first().map_or("it could not be read", |skipped| skipped.reason.as_str());
            reply.tell(Msg::Toast(Toast::warning(format!("{}: {reason}", file.path))));
        }
        if report.new_spans + report.updated_spans > 0 {
            reply.tell(Msg::DataChanged);
            reply.tell(Msg::Toast(Toast::info(format!(
                "imported {}, {}",
                counted(report.traces, "trace"),
                counted(report.spans, "span")
            ))));
        }
        Ok(())
    }

    /// Grounds the answers that were not grounded yet, while the workbench is at work.
    fn ground(&self, reply: &dyn Reply) -> Result<(), AppError> {
        let news = News::new(reply);
        let mut tell = |progress: grounding::Progress| {
            news.tell("grounding", Progress::Counted { done: progress.done, total: progress.total });
        };
        let done = self.services.ground_history(&mut tell, reply.cancel());
        news.over();
        if done? > 0 {
            reply.tell(Msg::DataChanged);
        }
        Ok(())
    }
}

impl Worker for ServicesWorker {
    fn begin(&self, reply: &dyn Reply) {
        for done in [self.tell_workspace(reply), self.read_files(reply), self.ground(reply)] {
            if let Err(error) = done {
                reply.tell(Msg::Toast(Toast::error(explain(&error))));
            }
        }
        self.watch(reply);
    }

    fn perform(&self, id: RequestId, request: Request, reply: &dyn Reply) {
        let answer = match request {
            Request::Traces(request) => trace_service::perform(self, request, reply),
            Request::Runs(request) => run_service::perform(self, id, request, reply),
            Request::Retrieval(request) => retrieval_service::perform(self, request, reply),
            Request::Prompts(request) => prompt_service::perform(self, request, reply),
            Request::Ablation(request) => ablation_service::perform(self, id, request, reply),
            Request::Judge(request) => judging_service::perform(self, id, request, reply),
            Request::Telemetry(request) => telemetry_service::perform(self, request, reply),
        };
        if let Err(error) = answer {
            reply.send(Answer::Failed(explain(&error)));
        }
    }
}

/// An error with what to do next, as one text.
pub fn explain(error: &AppError) -> String {
    let mut text = error.message.clone();
    for hint in &error.hints {
        text.push_str(". ");
        text.push_str(hint);
    }
    text
}

/// Tells the workbench how far reading is, not too often.
struct News<'a> {
    reply: &'a dyn Reply,
    last: Mutex<Option<Instant>>,
}

impl<'a> News<'a> {
    const fn new(reply: &'a dyn Reply) -> Self {
        Self { reply, last: Mutex::new(None) }
    }

    fn tell(&self, title: &str, progress: Progress) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= NEWS) {
            *last = Some(Instant::now());
            self.reply.tell(Msg::Job(JobNews { id: READING, title: title.to_owned(), progress }));
        }
    }

    fn over(&self) {
        let news = JobNews { id: READING, title: String::new(), progress: Progress::Finished };
        self.reply.tell(Msg::Job(news));
    }
}

impl Drop for News<'_> {
    fn drop(&mut self) {
        let told = self.last.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if told {
            self.over();
        }
    }
}

impl Listener for News<'_> {
    fn importing(&self, progress: &Importing) {
        let percent = (progress.bytes_done * 100).checked_div(progress.bytes);
        let title = percent.map_or_else(|| "import".to_owned(), |percent| format!("import {percent} %"));
        self.tell(&title, Progress::Counted { done: progress.files_done, total: progress.files });
    }

    fn rebuilding(&self, progress: &RebuildProgress) {
        self.tell(&format!("index: {}, {} spans", progress.step, progress.spans), Progress::Running);
    }

    fn warn(&self, text: &str) {
        self.reply.tell(Msg::Toast(Toast::warning(text)));
    }
}
