//! The user's keyring in the kernel, by the same crate as the addon for Node, and so with the same keys.

use crate::modules::native_module;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use linux_keyutils_keyring_store::Store;
use rquickjs::{Ctx, Exception, Result};

native_module! {
    "read": read, "keep": keep, "forget": forget,
}

fn entry(service: &str, account: &str) -> keyring_core::Result<Entry> {
    Store::new()?.build(service, account, None)
}

/// Absence is not an error. Every other error has the kernel's text.
fn or_absent<T>(ctx: &Ctx<'_>, outcome: keyring_core::Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(Exception::throw_message(ctx, &error.to_string())),
    }
}

fn read(ctx: Ctx<'_>, service: String, account: String) -> Result<Option<String>> {
    or_absent(&ctx, entry(&service, &account).and_then(|entry| entry.get_password()))
}

fn keep(ctx: Ctx<'_>, service: String, account: String, text: String) -> Result<()> {
    or_absent(&ctx, entry(&service, &account).and_then(|entry| entry.set_password(&text))).map(drop)
}

/// Returns whether there was a key.
fn forget(ctx: Ctx<'_>, service: String, account: String) -> Result<bool> {
    let forgotten = or_absent(&ctx, entry(&service, &account).and_then(|entry| entry.delete_credential()))?;
    Ok(forgotten.is_some())
}
