//! The one table of actions: key map, help, palette, footer and the README's key table are made from it.

use std::fmt::Write as _;

use super::keymap::Keymap;

/// Where keys have their meaning: what has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere outside text input.
    Global,
    /// The list of traces.
    Traces,
    /// One trace.
    Trace,
    /// The list of runs.
    Runs,
    /// One run: matrix and side by side.
    Run,
    /// The dialog before a replay.
    Replay,
    /// Prompt files, history and diff.
    Prompts,
    /// A prompt's text being edited in place.
    PromptEdit,
    /// Chunks and grounding of a case.
    Retrieval,
    /// Figures and charts.
    Telemetry,
    /// The SQL console.
    Sql,
}

impl Context {
    /// Every context, `Global` first.
    pub const ALL: [Self; 11] = [
        Self::Global,
        Self::Traces,
        Self::Trace,
        Self::Runs,
        Self::Run,
        Self::Replay,
        Self::Prompts,
        Self::PromptEdit,
        Self::Retrieval,
        Self::Telemetry,
        Self::Sql,
    ];

    /// The name in `[keys.<context>]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Traces => "traces",
            Self::Trace => "trace",
            Self::Runs => "runs",
            Self::Run => "run",
            Self::Replay => "replay",
            Self::Prompts => "prompts",
            Self::PromptEdit => "prompt_edit",
            Self::Retrieval => "retrieval",
            Self::Telemetry => "telemetry",
            Self::Sql => "sql",
        }
    }

    /// The title in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Traces => "Traces",
            Self::Trace => "One trace",
            Self::Runs => "Runs",
            Self::Run => "One run",
            Self::Replay => "Before a replay",
            Self::Prompts => "Prompts",
            Self::PromptEdit => "Editing a prompt",
            Self::Retrieval => "Retrieval",
            Self::Telemetry => "Telemetry",
            Self::Sql => "SQL console",
        }
    }

    /// Reads a context's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }
}

/// What an action does besides what its help says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    /// Nothing that needs care.
    Harmless,
    /// May send requests that cost money; always asks first.
    CostsMoney,
    /// Loses something that cannot be had back; always asks first.
    Destructive,
}

/// A row of the table of actions.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The action.
    pub action: Action,
    /// Its stable id, as in `[keys.<context>]`.
    pub id: &'static str,
    /// A title of one to four words.
    pub title: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// The heading it stands under.
    pub group: &'static str,
    /// Where it can be used.
    pub contexts: &'static [Context],
    /// The default keys.
    pub keys: &'static [&'static str],
    /// What to take care of.
    pub effects: Effects,
}

macro_rules! actions {
    ($($group:literal { $($name:ident $id:literal $title:literal, $help:literal, $contexts:expr, [$($key:literal),*] $(, $effects:ident)?;)* })*) => {
        /// Something the user can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[doc = $help] $name,)*)* }

        /// Every action, in the order of help and palette.
        pub const ACTIONS: &[Row] = &[$($(Row {
            action: Action::$name,
            id: $id,
            title: $title,
            help: $help,
            group: $group,
            contexts: $contexts,
            keys: &[$($key),*],
            effects: actions!(@effects $($effects)?),
        },)*)*];
    };
    (@effects) => { Effects::Harmless };
    (@effects $effects:ident) => { Effects::$effects };
}

use Context::{Global, PromptEdit, Prompts, Replay, Retrieval, Run, Runs, Sql, Telemetry, Trace, Traces};

const ANY: &[Context] = &[Global];
/// Where something like a list has the focus.
const LISTS: &[Context] = &[Traces, Trace, Runs, Run, Prompts, Retrieval, Telemetry];

actions! {
    "Workbench" {
        Help "app.help" "Help", "Shows every key of this place, then those that work everywhere.", ANY, ["?", "f1"];
        Palette "app.palette" "Command palette", "Finds any action, screen or theme by name or key.", ANY, [":", "ctrl-p", "f2"];
        Back "app.back" "Back", "Goes back, closes what is open, or clears the filter.", ANY, ["esc"];
        Quit "app.quit" "Quit", "Leaves; asks only while jobs run.", ANY, ["q"];
        Cancel "app.cancel" "Cancel", "Stops what runs or clears the input; twice within a second quits.", ANY, ["ctrl-c"];
        Menu "app.menu" "Actions here", "Lists what can be done with the selection, and what cannot and why.", ANY, ["x"];
        Jobs "app.jobs" "Jobs", "Shows what runs, with progress, and can stop it.", ANY, ["ctrl-t"];
        Messages "app.messages" "Messages", "Shows the messages of this session.", ANY, ["ctrl-g"];
        PickTheme "app.theme" "Theme", "Chooses another theme, with a preview.", ANY, [];
        ToggleMouse "app.mouse" "Mouse on or off", "Switches mouse support; off, the terminal selects text as usual (on, hold shift).", ANY, [];
        Suspend "app.suspend" "Suspend", "Goes to the background of the shell; fg comes back.", ANY, ["ctrl-z"];
        Redraw "app.redraw" "Redraw", "Draws the whole screen again.", ANY, ["ctrl-l"];
        Reload "app.reload" "Reload", "Reads files and tables again.", ANY, ["f5"];
    }
    "Screens" {
        GoTraces "screen.traces" "Traces", "Recorded traces: list, filter, detail.", ANY, ["1"];
        GoRuns "screen.runs" "Runs", "Replays: running and finished, matrix, side by side.", ANY, ["2"];
        GoPrompts "screen.prompts" "Prompts", "Prompt files, their history and diffs.", ANY, ["3"];
        GoRetrieval "screen.retrieval" "Retrieval", "Chunks of a case, grounding, what-if.", ANY, ["4"];
        GoTelemetry "screen.telemetry" "Telemetry", "Figures, charts and the SQL console.", ANY, ["5"];
    }
    "Movement" {
        Up "move.up" "Up", "Moves one row up.", ANY, ["k", "up"];
        Down "move.down" "Down", "Moves one row down.", ANY, ["j", "down"];
        Left "move.left" "Left", "Moves or scrolls left, or folds.", ANY, ["h", "left"];
        Right "move.right" "Right", "Moves or scrolls right, or unfolds.", ANY, ["l", "right"];
        PageUp "move.page_up" "Page up", "Moves one page up.", ANY, ["ctrl-u", "pageup"];
        PageDown "move.page_down" "Page down", "Moves one page down.", ANY, ["ctrl-d", "pagedown"];
        Top "move.top" "Top", "Goes to the first row.", ANY, ["g g", "home"];
        Bottom "move.bottom" "Bottom", "Goes to the last row.", ANY, ["G", "end"];
        NextPane "pane.next" "Next pane", "Moves the focus to the next pane.", ANY, ["tab"];
        PrevPane "pane.previous" "Previous pane", "Moves the focus to the previous pane.", ANY, ["shift-tab"];
        Full "pane.full" "Full screen", "Gives the focused pane the whole screen, or takes it back.", ANY, ["f"];
        Wider "pane.wider" "Wider", "Makes the focused pane wider.", ANY, ["]"];
        Narrower "pane.narrower" "Narrower", "Makes the focused pane narrower.", ANY, ["["];
        NextMatch "match.next" "Next", "Goes to the next match, change or difference.", ANY, ["n"];
        PrevMatch "match.previous" "Previous", "Goes to the previous match, change or difference.", ANY, ["N"];
    }
    "Lists" {
        Open "list.open" "Open", "Opens what is selected.", LISTS, ["enter"];
        Filter "list.filter" "Filter", "Filters the list, or searches the text.", &[Traces, Trace, Runs, Run, Prompts, Telemetry], ["/"];
        Mark "list.mark" "Mark", "Marks or unmarks the row.", &[Traces, Runs, Run, Replay, Prompts, Retrieval], ["space"];
        MarkAll "list.mark_all" "Mark all", "Marks all rows that match, or none.", &[Traces, Runs, Run, Replay], ["a"];
        Sort "list.sort" "Sort", "Chooses the column to sort by; again turns the order.", &[Traces, Runs, Run, Telemetry], ["s"];
    }
    "Copy and edit" {
        CopyText "copy.text" "Copy text", "Copies the text shown, made safe.", &[Traces, Trace, Runs, Run, Prompts, Retrieval, Telemetry], ["y y"];
        CopyJson "copy.json" "Copy JSON", "Copies the selection as JSON.", &[Traces, Trace, Runs, Run, Retrieval, Telemetry], ["y j"];
        CopyId "copy.id" "Copy id", "Copies the id or path, whole.", &[Traces, Trace, Runs, Run, Prompts, Retrieval], ["y p"];
        CopyCli "copy.cli" "Copy command", "Copies the command line that shows or does the same.", &[Traces, Trace, Runs, Run, Replay, Prompts, Retrieval, Telemetry], ["y c"];
        EditExternal "edit.external" "Open in editor", "Opens the text in $VISUAL or $EDITOR.", &[Trace, Run, Prompts, PromptEdit, Retrieval, Telemetry], ["e", "alt-e"];
        EditInPlace "edit.here" "Edit here", "Edits the text in place.", &[Replay, Prompts, Retrieval], ["i"];
    }
    "Cases" {
        Replay "case.replay" "Replay", "Replays the selection: choose models, prompts and changes; nothing is sent before you say so. On the screen of retrieval it tries the case with the changed chunks, right there.", &[Traces, Trace, Runs, Run, Prompts, Retrieval], ["r"], CostsMoney;
        Note "case.note" "Note", "Keeps a note on the trace.", &[Traces, Trace, Run, Retrieval], ["m"];
        Score "case.score" "Score", "Keeps a score on the trace.", &[Traces, Trace, Run, Retrieval], ["S"];
        KeepSet "case.set" "Keep as set", "Keeps the marked traces, or the one under the cursor, as a set of cases to replay again and again.", &[Traces], ["K"];
        Causes "traces.causes" "What is wrong", "Groups the wrong answers among these traces by why they are wrong; enter lists a group.", &[Traces], ["w"];
        KeepGolden "case.golden" "Keep as golden", "Keeps the recorded call in golden.jsonl with the facts that every right answer carries.", &[Trace, Run, Retrieval], ["*"];
        Chunks "case.chunks" "Chunks and grounding", "Shows which chunk supports which sentence of the answer.", &[Traces, Trace], ["c"];
        OpenPrompt "case.prompt" "Prompt", "Opens the prompt the call was made with.", &[Traces, Trace, Run], ["p"];
        OpenTrace "case.trace" "Trace", "Opens the recorded trace.", &[Runs, Run, Retrieval, Telemetry], ["t"];
        Session "case.session" "Session", "Shows the traces of the same conversation.", &[Traces, Trace], ["v"];
        Diff "case.diff" "Diff", "Shows what differs from the recorded answer or version; in a run again: from each variant in turn, then nothing.", &[Run, Prompts, Retrieval], ["d"];
    }
    "Retrieval" {
        Evidence "chunk.evidence" "Sentence or evidence", "From a sentence to the chunk it rests on, from a chunk to the next sentence that has to do with it.", &[Retrieval], ["s"];
        DropChunk "chunk.drop" "Drop or restore chunk", "Leaves the chunk out of the next try, or takes it back.", &[Retrieval], ["-"];
        AddChunk "chunk.add" "Add chunk", "Adds a chunk behind the one under the cursor: one found by search in everything ever retrieved, or what you type.", &[Retrieval], ["+"];
        SwapChunk "chunk.swap" "Swap chunk", "Puts a chunk found by search, or what you type, in the place of the one under the cursor.", &[Retrieval], ["w"];
        ChunkUp "chunk.up" "Move chunk up", "Moves the chunk up in what the model is given.", &[Retrieval], ["K"];
        ChunkDown "chunk.down" "Move chunk down", "Moves the chunk down in what the model is given.", &[Retrieval], ["J"];
        FewerChunks "chunk.fewer" "Fewer chunks", "Leaves the last chunk out: lowers k by one.", &[Retrieval], ["<"];
        MoreChunks "chunk.more" "More chunks", "Gives one chunk more: one left out, else one that was found and not given.", &[Retrieval], [">"];
        UndoChunks "chunk.undo" "Undo change", "Takes back the last change to the chunks.", &[Retrieval], ["u"];
        ResetChunks "chunk.reset" "Undo all changes", "Takes back all changes to the chunks.", &[Retrieval], ["U"];
        ShowRequest "chunk.request" "As sent", "Shows the request as it would be sent, with what is changed in it, or the chunk again.", &[Retrieval], ["v"];
        BesideTrace "chunk.beside" "Other side", "Keeps these chunks as the other side: what another trace, or a try, was given is marked against them; again forgets them.", &[Retrieval], ["b"];
        TryModels "try.models" "Models of tries", "Chooses the models that tries ask; an ablation and a judge ask the first of them.", &[Retrieval], ["M"];
        TryDialog "try.dialog" "Replay with choices", "Opens the dialog before a replay with the changed chunks: prompts, parameters, samples.", &[Retrieval], ["R"], CostsMoney;
        TakeTry "try.take" "Take up try", "Takes up the changes of the try under the cursor again.", &[Retrieval], ["T"];
        Grade "chunk.grade" "Relevance", "Says how well the document answers the question: relevant, highly relevant, not relevant, no grade.", &[Retrieval], ["a"];
        Ablate "chunk.ablate" "Ablation", "Tries the case without groups of chunks, or of parts of the prompt: which one the answer, or this sentence, depends on.", &[Retrieval], ["A"], CostsMoney;
        AskJudge "chunk.judge" "Ask a judge", "Asks a model about the sentences that the scorer is unsure of, or about the whole answer; its verdicts are kept and stand in the sentences, with its name.", &[Retrieval], ["V"], CostsMoney;
    }
    "Runs" {
        SendRun "run.send" "Send", "Sends the requests as chosen; asks once more where they cost money.", &[Replay], ["enter"], CostsMoney;
        Measures "run.measures" "Measures", "Shows what the answers come to by every evaluator below the matrix, alone, or not at all.", &[Run], ["v"];
        Baseline "run.baseline" "Baseline", "Chooses what the answers are compared with: the recorded ones, or a variant's.", &[Run], ["b"];
        NextCase "run.next_case" "Next case", "Goes to the next case.", &[Run], ["J"];
        PrevCase "run.previous_case" "Previous case", "Goes to the previous case.", &[Run], ["K"];
        OnlyChanged "run.only_changed" "Only changed", "Leaves out cases whose answers are all as what they are compared with, or takes them back.", &[Run], ["o"];
        RateGood "run.rate_good" "Good", "Rates the answer good; kept as a score.", &[Run], ["+"];
        RateBad "run.rate_bad" "Bad", "Rates the answer bad; kept as a score.", &[Run], ["-"];
        Unrate "run.unrate" "No rating", "Takes the rating of the answer back.", &[Run], ["0"];
        ExportRun "run.export" "Export comparison", "Writes the comparison to a Markdown, HTML, CSV, JSON lines or Parquet file.", &[Run], ["ctrl-x"];
        CommitMeasured "run.commit" "Commit with evidence", "Commits the prompt as it was measured, with what the run measured in the commit message.", &[Run], ["C"];
        StopRun "run.stop" "Stop run", "Stops the run that is worked on; what is there stays.", &[Runs, Run], ["c"];
        ChainNearest "chain.nearest" "Nearest answer", "Goes on with the chain that left its recording: the tool answers with the nearest recorded answer, marked as such.", &[Run], ["w n"], CostsMoney;
        ChainPick "chain.pick" "Pick an answer", "Goes on with the chain: the tool answers with a recorded answer that you pick.", &[Run], ["w p"], CostsMoney;
        ChainType "chain.type" "Type an answer", "Goes on with the chain: the tool answers what you type.", &[Run], ["w t"], CostsMoney;
        MoreAtOnce "run.more" "More at once", "Lets the run that is worked on have more calls in flight.", &[Run], [">"];
        FewerAtOnce "run.fewer" "Fewer at once", "Lets the run that is worked on have fewer calls in flight.", &[Run], ["<"];
        ChangeCap "run.cap" "Change cap", "Changes the cap of the run that is worked on; below what is spent, the run stops.", &[Run], ["$"];
        ResumeRun "run.resume" "Go on with run", "Goes on with a run that was stopped; answers that are there are not paid for again.", &[Runs, Run], ["R"], CostsMoney;
    }
    "Prompts" {
        ShowRendered "prompt.rendered" "As sent", "Shows the prompt as it would be sent, with its tokens and what calls cost, or its versions.", &[Prompts, PromptEdit], ["v", "alt-v"];
        PickCase "prompt.case" "Choose case", "Chooses the recorded call whose values the prompt is shown with.", &[Prompts, PromptEdit], ["t", "alt-t"];
        SideBySide "diff.side" "Side by side", "Puts the two versions of a difference side by side, or one below the other.", &[Prompts], ["s"];
        BlamePrompt "prompt.blame" "Blame", "Shows which version each line comes from.", &[Prompts], ["b"];
        LabelVersion "prompt.label" "Label", "Labels the version under the cursor for deployment: a tag or branch of git.", &[Prompts], ["L"];
        NewPrompt "prompt.new" "New prompt", "Makes a new prompt file.", &[Prompts], ["a"];
        RenamePrompt "prompt.rename" "Rename prompt", "Gives the prompt another name; its history goes with it.", &[Prompts], ["M"];
        DeletePrompt "prompt.delete" "Delete prompt", "Deletes the prompt's file; its versions stay in git.", &[Prompts], ["D"], Destructive;
        CommitPrompt "prompt.commit" "Commit", "Commits the prompt's file and nothing else.", &[Prompts], ["c"];
        RestorePrompt "prompt.restore" "Restore version", "Makes the file what it was at the version under the cursor.", &[Prompts], ["R"], Destructive;
        SaveText "text.save" "Save", "Saves what is being written.", &[PromptEdit, Sql, Retrieval], ["ctrl-s"];
        NextFinding "text.finding" "Next finding", "Goes to the next place that the linter marks.", &[PromptEdit], ["alt-n"];
        EditorKeys "text.keys" "Vim or plain keys", "Switches the editor between vim and plain keys.", &[PromptEdit], ["alt-m"];
        UndoText "text.undo" "Undo", "Takes the last change of the text back.", &[PromptEdit, Sql], ["alt-u", "ctrl-7"];
        RedoText "text.redo" "Redo", "Does again what was taken back.", &[PromptEdit, Sql], ["alt-r"];
    }
    "Telemetry" {
        EditSql "sql.edit" "SQL console", "Opens the SQL console.", &[Telemetry], ["i"];
        RunSql "sql.run" "Run query", "Runs the query.", &[Sql, Telemetry], ["ctrl-enter", "alt-enter"];
        SqlBack "sql.history_back" "Query before", "Takes the query asked before.", &[Sql], ["ctrl-up", "alt-p"];
        SqlForward "sql.history_forward" "Query after", "Takes the query asked after.", &[Sql], ["ctrl-down", "alt-n"];
        SavedSql "sql.saved" "Saved queries", "Opens a query of queries/*.sql.", &[Telemetry, Sql], ["ctrl-o"];
        ExportSql "sql.export" "Export result", "Writes the result to a CSV, JSON or Parquet file.", &[Telemetry, Sql], ["ctrl-x"];
        Earlier "range.earlier" "Earlier", "Moves the time range back by its length.", &[Telemetry], ["<"];
        Later "range.later" "Later", "Moves the time range forward.", &[Telemetry], [">"];
        Zoom "range.length" "Range", "Chooses the length of the time range.", &[Telemetry], ["z"];
    }
}

impl Action {
    /// The action's row in the table.
    pub fn row(self) -> &'static Row {
        // The table has one row for each variant, in the same order.
        &ACTIONS[self as usize]
    }

    /// Reads an action's id.
    pub fn parse(id: &str) -> Option<Self> {
        ACTIONS.iter().find(|row| row.id == id).map(|row| row.action)
    }

    /// Whether the action can be used where `context` has the focus.
    pub fn applies(self, context: Context) -> bool {
        let contexts = self.row().contexts;
        contexts.contains(&Context::Global) || contexts.contains(&context)
    }
}

/// The key table of the README: every action with its default keys, grouped.
pub fn markdown() -> String {
    let keymap = Keymap::default();
    let mut text = String::new();
    let mut group = "";
    for row in ACTIONS {
        if row.group != group {
            group = row.group;
            let _ = write!(
                text,
                "{}**{group}**\n\n| key | action | id | where |\n|---|---|---|---|\n",
                if text.is_empty() { "" } else { "\n" }
            );
        }
        let keys: Vec<String> = keymap.keys(row.action).iter().map(|keys| format!("`{keys}`")).collect();
        let places: Vec<&str> = row.contexts.iter().map(|context| context.name()).collect();
        let keys = if keys.is_empty() { "palette".to_owned() } else { keys.join(" ") };
        let _ = writeln!(text, "| {keys} | {} | `{}` | {} |", row.help, row.id, places.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_rows_stand_where_their_action_looks() {
        for (place, row) in ACTIONS.iter().enumerate() {
            assert_eq!(row.action as usize, place);
            assert_eq!(Action::parse(row.id), Some(row.action));
            assert!(row.help.ends_with('.') && !row.title.is_empty(), "{}", row.id);
        }
    }

    /// With `UPDATE_README=1` the table is written instead of compared.
    #[test]
    fn the_readme_has_this_key_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let (begin, end) = ("<!-- keys:begin -->\n", "<!-- keys:end -->");
        let (before, rest) = readme.split_once(begin).unwrap();
        let (found, after) = rest.split_once(end).unwrap();
        let wanted = format!("\n{}\n", markdown());
        if std::env::var_os("UPDATE_README").is_some() {
            std::fs::write(path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        } else {
            assert_eq!(found, wanted, "run the test again with UPDATE_README=1");
        }
    }

    #[test]
    fn the_key_table_names_every_action_and_its_keys() {
        let table = markdown();
        for row in ACTIONS {
            assert!(table.contains(row.id), "{}", row.id);
        }
        assert!(table.contains("| `g g` `home` |"));
    }
}
