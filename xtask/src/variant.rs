//! The builds that the npm package consists of: what each is made of, and what it has that the others have not.

use std::path::PathBuf;

use crate::shell::Folders;

/// One of the builds.
pub struct Variant {
    /// Names it in messages, and its folder of intermediate files.
    pub name: &'static str,
    /// The crate that it is made of.
    pub package: &'static str,
    pub features: &'static str,
    /// What the package's JavaScript calls in the module.
    pub exports: &'static str,
    /// Whether its module is base64: nothing is downloaded, and each start counts.
    pub is_base64: bool,
    /// Whether it runs in browsers alone.
    pub is_for_browsers: bool,
    /// The entries that are made of it, where the client is in it.
    pub entry: Option<Entry>,
}

/// The entries of the package that are made of a variant.
pub struct Entry {
    /// The service's folder in `npm/src`.
    pub service: &'static str,
    /// The file in `pkg/dist`.
    pub file: &'static str,
    /// The module where it is a file of its own, as users import it.
    pub module: &'static str,
    /// The file for workerd and edge-light.
    pub edge: Option<&'static str>,
    /// The file with the module as JavaScript.
    pub no_wasm: &'static str,
    /// The entry with that, as users import it.
    pub no_wasm_name: &'static str,
}

/// With all there is: for servers, and wherever nothing says that it is a browser.
pub const SERVER: Variant = Variant {
    name: "server",
    package: "user-handle",
    features: "npm,stream,server",
    exports: "ImportController, StreamSession, batchRules, checkId, checkListSize, checkMember, hintAfter, hintOfMember, \
              idHashes, importOptions, isFaultOfAMember, judgeData, missingUser, notFound, partsOfIds, readSettings, \
              referenceRules, referenced, refusal, start",
    is_base64: true,
    is_for_browsers: false,
    entry: Some(Entry {
        service: "stream",
        file: "index",
        module: "user-handle",
        edge: Some("edge"),
        no_wasm: "no-wasm",
        no_wasm_name: "user-handle/no-wasm",
    }),
};

/// Without what signs: browsers refuse the app secret.
pub const BROWSER: Variant = Variant {
    name: "browser",
    features: "npm,stream",
    exports: "StreamSession, checkId, missingUser, readSettings, referenceRules, referenced, refusal, start",
    is_base64: false,
    is_for_browsers: true,
    entry: Some(Entry {
        service: "stream",
        file: "browser",
        module: "user-handle",
        edge: None,
        no_wasm: "browser-no-wasm",
        no_wasm_name: "user-handle/no-wasm",
    }),
    ..SERVER
};

/// For Klaim.
pub const KLAIM: Variant = Variant {
    name: "klaim",
    features: "npm,klaim",
    exports: "KlaimSession, checkUserId, nextCursor, readKlaimSettings, refusal, start",
    is_base64: false,
    entry: Some(Entry {
        service: "klaim",
        file: "klaim",
        module: "klaim",
        edge: Some("klaim-edge"),
        no_wasm: "klaim-no-wasm",
        no_wasm_name: "user-handle/klaim/no-wasm",
    }),
    ..SERVER
};

/// The service in memory, for tests.
pub const TESTING: Variant = Variant {
    name: "testing",
    package: "user-handle-service",
    features: "npm",
    exports: "Service, failure, listRules, refusedKey, refusedOption, refusedValue, start, userToken",
    is_base64: false,
    entry: None,
    ..SERVER
};

/// Those with a client.
pub const CLIENTS: [&Variant; 3] = [&SERVER, &BROWSER, &KLAIM];

/// What a module is made into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    WebAssembly,
    /// The same module as JavaScript, for where there is no WebAssembly.
    JavaScript,
}

impl Form {
    /// Tells it apart in messages.
    pub fn label(self) -> &'static str {
        if self == Form::JavaScript { ", without WebAssembly" } else { "" }
    }
}

impl Variant {
    /// Where its intermediate files are.
    pub fn folder(&self, folders: &Folders, form: Form) -> PathBuf {
        let folder = folders.npm.join(self.name);
        if form == Form::JavaScript { folder.join("no-wasm") } else { folder }
    }

    /// The optimised module.
    pub fn wasm(&self, folders: &Folders) -> PathBuf {
        self.folder(folders, Form::WebAssembly).join("user-handle.wasm")
    }
}
