//! Uploads against the documents that refer to them.

use std::collections::{BTreeMap, BTreeSet};

use canon::{DocId, Hash};
use domain::aggregate::Aggregate;
use domain::inspection::Plan;
use domain::upload::{Stage, Upload};
use serde_json::Value;
use service::keys::sealed_size;
use store::{Document, RawDocument, blob, keys};

use super::{Dump, Violation, require};

/// Every attachment in every document is an upload whose bytes are all there, and will be.
///
/// # Errors
/// The first one that is not.
pub(super) fn are_there(dump: &Dump, documents: &BTreeMap<String, RawDocument>) -> Result<(), Violation> {
    let uploads = all(dump)?;
    for (key, document) in documents {
        let mut named = BTreeSet::new();
        document.events.iter().for_each(|event| collect(event, &mut named));
        for id in named {
            let upload = uploads.get(&id);
            let stays = upload.is_some_and(|upload| {
                matches!(upload.stage, Stage::Shared | Stage::Stored | Stage::Settled) && is_whole(dump, &id, upload)
            });
            require!(stays, "{key} refers to the upload {id}, which is {upload:?}");
        }
    }
    Ok(())
}

/// What the sweep has left to do: an upload that is on its way, or bytes that belong to nothing.
///
/// # Errors
/// When something does not read.
pub fn unswept(dump: &Dump) -> Result<Option<String>, Violation> {
    let uploads = all(dump)?;
    let pending = |upload: &Upload| matches!(upload.stage, Stage::Begun | Stage::Stored | Stage::Dropped);
    if let Some((id, upload)) = uploads.iter().find(|(_, upload)| pending(upload)) {
        return Ok(Some(format!("the upload {id}: {upload:?}")));
    }
    let at = |stage: Stage| {
        let uploads = uploads.iter().filter(move |(_, upload)| upload.stage == stage);
        uploads.map(|(id, upload)| Upload::address(id, &upload.sha256).to_string()).collect::<BTreeSet<String>>()
    };
    let (settled, cleared) = (at(Stage::Settled), at(Stage::Cleared));
    // Everything else that is stored in parts is named by its content in the document that it belongs to; where a draw
    // was not committed to, its lists are left.
    let drawn = dump.keys().any(|key| key.starts_with(&format!("doc/{}/", Plan::KIND)));
    let documents: Vec<String> = dump
        .iter()
        .filter(|(key, _)| key.starts_with("doc/"))
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect();
    let named = |address: &str| drawn || documents.iter().any(|document| document.contains(address));
    let stray = |address: &&&str| cleared.contains(**address) || !settled.contains(**address) && !named(address);
    let addresses: BTreeSet<&str> =
        dump.keys().filter_map(|key| key.strip_prefix("blob/")?.split('/').next()).collect();
    Ok(addresses.iter().find(stray).map(|address| format!("the blob {address}, of nothing")))
}

fn all(dump: &Dump) -> Result<BTreeMap<DocId, Upload>, Violation> {
    let prefix = format!("doc/{}/", Upload::KIND);
    let documents = dump.iter().filter(|(key, _)| key.starts_with(&prefix) && !key.contains('#'));
    documents
        .map(|(_, bytes)| Document::<Upload>::parse(bytes).map(|read| (read.id, read.state)).map_err(Violation::from))
        .collect()
}

/// The attachments anywhere in `value`.
fn collect(value: &Value, named: &mut BTreeSet<DocId>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, named)),
        Value::Object(members) => {
            let attachment = ["sha256", "size", "mime"].iter().all(|name| members.contains_key(*name));
            let id = members.get("id").and_then(Value::as_str).filter(|_| attachment);
            named.extend(id.and_then(|id| DocId::parse(id).ok()));
            members.values().for_each(|member| collect(member, named));
        }
        _ => {}
    }
}

fn is_whole(dump: &Dump, id: &DocId, upload: &Upload) -> bool {
    let size = sealed_size(upload.size);
    let lies_at = |address: &Hash| {
        let parts = 0..size.div_ceil(blob::PART_BYTES);
        parts.map(|part| dump.get(&keys::blob(address, part)).map_or(0, Vec::len)).sum::<usize>() == size
    };
    lies_at(&Upload::address(id, &upload.sha256)) || lies_at(&upload.sha256)
}
