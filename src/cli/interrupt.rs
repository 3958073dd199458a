//! Ctrl-c and the signals that ask to end.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::domain::cancel::Cancel;
use crate::error::Exit;

/// A flag that the first signal sets, so that work ends where it can go on later; the second ends the process at once.
///
/// Where the system refuses to tell of signals, they do what they do by default.
pub fn listen() -> Cancel {
    let cancel = Cancel::new();
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return cancel };
    let flag = cancel.clone();
    // Where no thread can be made, the first signal would be swallowed: better that the default stays.
    let _ = std::thread::Builder::new().name("signals".into()).spawn(move || {
        for _ in signals.forever() {
            if flag.is_cancelled() {
                Exit::Interrupted.end_process();
            }
            flag.cancel();
        }
    });
    cancel
}
