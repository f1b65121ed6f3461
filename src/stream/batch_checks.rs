//! Checks of batches, for the npm package's JavaScript: it has the data, and puts together what is sent.

use alloc::string::String;
use alloc::vec::Vec;

use user_handle_core::import::{BATCH_BYTES, BATCH_TRIES};
use user_handle_core::rules::text::{concat, member, number};
use user_handle_core::rules::validate;
use user_handle_core::stream::Stream;
use user_handle_core::stream::batch::{self, MAX_LINE, NOT_FOUND, READS_AT_A_TIME};
use user_handle_core::wire::request::id_hash;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::arguments::id;
use crate::bindings::base_client::error_to_js;
use crate::bindings::errors::input_to_js;
use crate::fetch::Fetch;
use crate::host::Headers;
use crate::host::values::{new_object, parse_json, set_number, set_text};
use crate::host::write::{self, RULES};

/// The numbers that batches and imports go by.
#[wasm_bindgen(js_name = batchRules, skip_typescript)]
pub fn batch_rules() -> JsValue {
    let [depth, in_object, in_array] = RULES;
    let rules = new_object();
    for (name, number) in [
        ("depth", depth as usize),
        ("inObject", in_object as usize),
        ("inArray", in_array as usize),
        ("maxBytes", validate::MAX_DATA_BYTES),
        ("members", validate::MAX_BATCH),
        ("list", validate::MAX_LIST),
        ("readsAtATime", READS_AT_A_TIME),
        ("line", MAX_LINE),
        ("batchBytes", BATCH_BYTES),
        ("tries", BATCH_TRIES as usize),
    ] {
        set_number(&rules, name, number as f64);
    }
    set_text(&rules, "memberKeys", validate::MEMBER_KEYS);
    rules
}

/// The hashes of so many ids with commas between them; none where one of them is refused.
#[wasm_bindgen(js_name = idHashes, skip_typescript)]
pub fn id_hashes(ids: &str, count: usize) -> Vec<u32> {
    let mut hashes = Vec::with_capacity(count);
    for id in ids.split(',') {
        if validate::id(id).is_err() {
            return Vec::new();
        }
        hashes.push(id_hash(id));
    }
    if hashes.len() == count { hashes } else { Vec::new() }
}

/// Checks the id of a member of a list, by its place there.
#[wasm_bindgen(js_name = checkMember, skip_typescript)]
pub fn check_member(user_id: &JsValue, list: &str, index: usize, property: &str) -> Result<(), JsValue> {
    id(user_id, &member(list, index, property)).map(drop).map_err(input_to_js)
}

/// The JSON text of the data of a user of a batch, by its place there, from what `write` of walk.js gave for it.
#[wasm_bindgen(js_name = judgeData, skip_typescript)]
pub fn check_written_data(written: JsValue, data: &JsValue, index: usize) -> Result<js_sys::JsString, JsValue> {
    write::check_written(written, data, &member("users", index, ".data")).map_err(input_to_js)
}

/// The ends of the parts of a list of ids that go in one request each. The ids were checked, and have commas between them.
#[wasm_bindgen(js_name = partsOfIds, skip_typescript)]
pub fn parts_of_ids(ids: &str) -> Vec<u32> {
    let ids = ids.split(',').filter(|id| !id.is_empty());
    batch::parts_of_ids(ids).into_iter().map(|part| part.end as u32).collect()
}

/// Refuses a list that is too long.
#[wasm_bindgen(js_name = checkListSize, skip_typescript)]
pub fn check_list_size(name: &str, members: usize) -> Result<(), JsValue> {
    validate::list_size(members, name).map_err(input_to_js)
}

/// What a `get` of a user comes to whom a batch left out.
#[wasm_bindgen(js_name = notFound, skip_typescript)]
pub fn not_found(id: &str) -> JsValue {
    // It fails in no engine.
    let headers = Headers::new().unwrap_or_else(|thrown| thrown.unchecked_into());
    error_to_js::<Stream>(&batch::not_found::<Fetch>(id, headers, parse_json(&NOT_FOUND.into())))
}

/// What is said of an error after so many users, which were `stored` or `deleted`.
#[wasm_bindgen(js_name = hintAfter, skip_typescript)]
pub fn hint_after(users: usize, what: &str, hint: Option<String>) -> String {
    let hint = hint.as_deref().unwrap_or("the others can be sent again");
    concat(["the first ", &number(users), " users were ", what, "; ", hint])
}

/// What is said of the error of a user of an import, by its place in the source.
#[wasm_bindgen(js_name = hintOfMember, skip_typescript)]
pub fn hint_of_member(index: usize) -> String {
    concat(["this is user ", &number(index), " of the source; with onFailure, the import goes on with the others"])
}
