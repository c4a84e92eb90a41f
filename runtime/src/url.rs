//! URLs: https://url.spec.whatwg.org.

use crate::modules::native_module;
use url::{Url, form_urlencoded, quirks};

native_module! {
    "parse": parse, "withHostname": with_hostname, "resolve": resolve, "part": part_of, "withPart": with_part,
    "parseForm": parse_form, "formOf": form_of,
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

fn resolve(text: String, base: String) -> Option<Parts> {
    Url::parse(&base).ok()?.join(&text).ok().as_ref().map(parts)
}

/// A part by the name of its property.
fn part_of(href: String, name: String) -> Option<String> {
    let url = Url::parse(&href).ok()?;
    Some(match name.as_str() {
        "origin" => quirks::origin(&url),
        "protocol" => quirks::protocol(&url).into(),
        "password" => quirks::password(&url).into(),
        "host" => quirks::host(&url).into(),
        "port" => quirks::port(&url).into(),
        "pathname" => quirks::pathname(&url).into(),
        "search" => quirks::search(&url).into(),
        "hash" => quirks::hash(&url).into(),
        _ => return None,
    })
}

fn with_part(href: String, name: String, value: String) -> Option<Parts> {
    let mut url = Url::parse(&href).ok()?;
    // An invalid part leaves the URL unchanged, as the standard requires.
    match name.as_str() {
        "protocol" => drop(quirks::set_protocol(&mut url, &value)),
        "username" => drop(quirks::set_username(&mut url, &value)),
        "password" => drop(quirks::set_password(&mut url, &value)),
        "host" => drop(quirks::set_host(&mut url, &value)),
        "port" => drop(quirks::set_port(&mut url, &value)),
        "pathname" => quirks::set_pathname(&mut url, &value),
        "search" => quirks::set_search(&mut url, &value),
        "hash" => quirks::set_hash(&mut url, &value),
        _ => return None,
    }
    Some(parts(&url))
}

/// Names and values in turn.
fn parse_form(text: String) -> Vec<String> {
    form_urlencoded::parse(text.as_bytes()).flat_map(|(name, value)| [name.into_owned(), value.into_owned()]).collect()
}

fn form_of(pairs: Vec<String>) -> String {
    let pairs = pairs.chunks_exact(2).map(|pair| (&pair[0], &pair[1]));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
