//! Bounds on what a rendering may cost: templates and values are other people's.

/// Most bytes that a rendering may write; the largest context windows hold a fraction of it.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Most steps of a rendering: nodes that are printed, branches taken and repetitions.
pub(super) const MOST_STEPS: u64 = 5_000_000;

/// What is left of the bounds for one rendering.
#[derive(Debug)]
pub(super) struct Budget {
    steps: u64,
    bytes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: MOST_STEPS, bytes: MOST_BYTES }
    }
}

impl Budget {
    /// Counts a step; the error says that the template does not come to an end.
    pub(super) fn step(&mut self) -> Result<(), String> {
        self.steps = self.steps.checked_sub(1).ok_or_else(too_many_steps)?;
        Ok(())
    }

    /// Counts bytes that are to be written.
    pub(super) fn write(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(too_long)?;
        Ok(())
    }
}

/// What to say where a rendering takes more steps than it may.
pub(super) fn too_many_steps() -> String {
    format!("the rendering takes more than {MOST_STEPS} steps; repeat over shorter lists, or within fewer others")
}

/// What to say where a rendering writes more than it may.
pub(super) fn too_long() -> String {
    let mebibytes = MOST_BYTES / (1024 * 1024);
    format!("the rendered text is longer than {mebibytes} MiB; give shorter values, or repeat them less often")
}
