//! The decisions of an import, for the npm package's JavaScript, which reads and sends: see `core/src/import`.

use user_handle_core::import::{self, Checkpoint, CongestionWindow, MAX_CONCURRENCY, Next};
use user_handle_core::rules::RateLimit;
use user_handle_core::rules::options::whole_number;
use user_handle_core::rules::validate::MAX_BATCH;
use user_handle_core::stream::settings::{IMPORT_OPTIONS, OPTIONS};
use user_handle_core::wire::CallError;
use wasm_bindgen::prelude::*;

use crate::bindings::arguments::Options;
use crate::bindings::errors::input_to_js;
use crate::fetch::Fetch;
use crate::host::values::number_field;

/// The options of an import, read and checked.
#[wasm_bindgen(js_name = importOptions, skip_typescript)]
pub fn import_options(options: &JsValue) -> Result<JsValue, JsValue> {
    checked(options).map_err(input_to_js)
}

fn checked(options: &JsValue) -> Result<JsValue, CallError<Fetch>> {
    let options = Options::read(options, OPTIONS, IMPORT_OPTIONS)?;
    options.limits(Default::default())?;
    for (name, least, most) in [
        ("concurrency", 1, u64::from(MAX_CONCURRENCY)),
        ("batchSize", 1, MAX_BATCH as u64),
        // The largest whole number that a double is exact for.
        ("resumeFrom", 0, (1 << 53) - 1),
    ] {
        if let Some(number) = options.number(name) {
            whole_number(name, number, least, most)?;
        }
    }
    Ok(options.values().clone())
}

/// How fast an import goes, and how far it has come.
#[wasm_bindgen(skip_typescript)]
pub struct ImportController {
    window: CongestionWindow,
    checkpoint: Checkpoint,
}

#[wasm_bindgen]
impl ImportController {
    /// `most` requests at a time, or 0 for the default; so many users of the source were dealt with before.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(most: u32, resume_from: f64) -> ImportController {
        ImportController { window: CongestionWindow::new(most), checkpoint: Checkpoint::resumed(resume_from as u64) }
    }

    /// What to do next: `send` a batch, `wait` for one that is in flight, or else so many milliseconds to wait.
    #[wasm_bindgen(skip_typescript)]
    pub fn next(&mut self, now: f64) -> JsValue {
        match self.window.next(now) {
            Next::Send => "send".into(),
            Next::Full => "wait".into(),
            Next::Wait(ms) => ms.max(1.0).into(),
        }
    }

    /// A batch is on its way.
    #[wasm_bindgen(skip_typescript)]
    pub fn sent(&mut self) {
        self.window.sent();
    }

    /// A batch that was sent at `sent` is stored; `limits` are those of the answer, or undefined.
    #[wasm_bindgen(skip_typescript)]
    pub fn stored(&mut self, sent: f64, now: f64, limits: &JsValue, unix_ms: f64) {
        let number = |name| number_field(limits, name);
        let limits = number("limit").zip(number("remaining")).zip(number("reset"));
        let limits = limits.map(|((limit, remaining), reset)| RateLimit { limit, remaining, reset });
        self.window.stored(sent, now, limits, unix_ms);
    }

    /// An attempt that was sent at `sent` failed in a way that passes; the service may have said when to try again.
    #[wasm_bindgen(skip_typescript)]
    pub fn refused(&mut self, sent: f64, now: f64, retry_after_ms: Option<f64>) {
        self.window.refused(sent, now, retry_after_ms);
    }

    /// A batch is not on its way any more, and not stored.
    #[wasm_bindgen(skip_typescript)]
    pub fn ended(&mut self) {
        self.window.ended();
    }

    /// The next so many users of the source are in a batch; gives the place of its first.
    #[wasm_bindgen(skip_typescript)]
    pub fn begin(&mut self, users: f64) -> f64 {
        self.checkpoint.begin(users as u64) as f64
    }

    /// The batch that began at `start` is dealt with.
    #[wasm_bindgen(skip_typescript)]
    pub fn done(&mut self, start: f64) {
        self.checkpoint.done(start as u64);
    }

    /// So many users of the source, from its first on, are dealt with.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn checkpoint(&self) -> f64 {
        self.checkpoint.checkpoint() as f64
    }
}

/// Whether a batch that was answered with this status is sent again in halves.
#[wasm_bindgen(js_name = isFaultOfAMember, skip_typescript)]
pub fn is_fault_of_a_member(status: u16) -> bool {
    import::is_fault_of_a_member(status)
}
