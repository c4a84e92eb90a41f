//! URLs: https://url.spec.whatwg.org.

use crate::modules::native_module;
use url::{Url, quirks};

native_module! {
    "parse": parse, "withHostname": with_hostname,
}

/// href, username, hostname
type Parts = Vec<String>;

fn parts(url: &Url) -> Parts {
    vec![quirks::href(url).into(), quirks::username(url).into(), quirks::hostname(url).into()]
}

fn parse(text: String) -> Option<Parts> {
    Url::parse(&text).ok().as_ref().map(parts)
}

fn with_hostname(href: String, name: String) -> Option<Parts> {
    let mut url = Url::parse(&href).ok()?;
    // An invalid host name leaves the URL unchanged, as the standard requires.
    let _ = quirks::set_hostname(&mut url, &name);
    Some(parts(&url))
}
