//! TLS by rustls and ring. It has no input or output of its own: JavaScript carries the bytes.

use crate::error::coded;
use crate::files::{Bytes, part};
use crate::modules::native_module;
use rquickjs::{Ctx, Result, TypedArray};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore};
use rustls::{OtherError, SignatureScheme};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

native_module! {
    "isCertificate": is_certificate, "trust": trust, "open": open, "close": close, "isHandshaking": is_handshaking,
    "give": give, "take": take, "write": write, "read": read,
}

struct Session {
    connection: ClientConnection,
    /// What was decrypted and not read yet.
    plain: Vec<u8>,
    /// Whether the server has ended the connection.
    is_over: bool,
}

#[derive(Default)]
struct Sessions {
    last: u32,
    trusts: Vec<Arc<ClientConfig>>,
    all: BTreeMap<u32, Session>,
}

thread_local! {
    static SESSIONS: RefCell<Sessions> = RefCell::default();
}

/// Whether the certificate, in PEM, can be an authority.
fn is_certificate(pem: String) -> bool {
    let parsed = CertificateDer::from_pem_slice(pem.as_bytes());
    parsed.is_ok_and(|certificate| RootCertStore::empty().add(certificate).is_ok())
}

/// The number of a list of authorities: those of the system as far as they can be read, and a person's own. Both in PEM.
fn trust(ctx: Ctx<'_>, system: String, own: String) -> Result<usize> {
    let certificates = |pem: &str| CertificateDer::pem_slice_iter(pem.as_bytes()).flatten().collect::<Vec<_>>();
    let (mut roots, own) = (RootCertStore::empty(), certificates(&own));
    roots.add_parsable_certificates(certificates(&system).into_iter().chain(own.iter().cloned()));
    let config = config(roots, own).map_err(|_| coded(&ctx, "UNABLE_TO_GET_ISSUER_CERT", "no authority is trusted"))?;
    Ok(SESSIONS.with_borrow_mut(|sessions| {
        sessions.trusts.push(Arc::new(config));
        sessions.trusts.len() - 1
    }))
}

fn config(
    roots: RootCertStore,
    own: Vec<CertificateDer<'static>>,
) -> std::result::Result<ClientConfig, Box<dyn std::error::Error>> {
    let provider = Arc::new(default_provider());
    let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(Verifier { usual, own });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// The number of a new connection to a server with this name or address.
fn open(ctx: Ctx<'_>, trust: usize, name: String) -> Result<u32> {
    let name = ServerName::try_from(name).map_err(|_| coded(&ctx, "ENOTFOUND", "not a name of a server"))?;
    SESSIONS.with_borrow_mut(|sessions| {
        let connection = ClientConnection::new(sessions.trusts[trust].clone(), name);
        let mut connection = connection.map_err(|error| failed(&ctx, &error))?;
        connection.set_buffer_limit(None);
        sessions.last += 1;
        sessions.all.insert(sessions.last, Session { connection, plain: Vec::new(), is_over: false });
        Ok(sessions.last)
    })
}

fn close(session: u32) {
    let closed = SESSIONS.with_borrow_mut(|sessions| sessions.all.remove(&session));
    drop(closed);
}

/// Does something with a connection that is open.
fn with<T>(ctx: &Ctx<'_>, session: u32, act: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
    SESSIONS.with_borrow_mut(|sessions| match sessions.all.get_mut(&session) {
        Some(session) => act(session),
        None => Err(coded(ctx, "ECONNRESET", "the connection is closed")),
    })
}

fn is_handshaking(ctx: Ctx<'_>, session: u32) -> Result<bool> {
    with(&ctx, session, |session| Ok(session.connection.is_handshaking()))
}

/// Takes what came from the server.
fn give(ctx: Ctx<'_>, session: u32, bytes: Bytes<'_>) -> Result<()> {
    with(&ctx, session, |Session { connection, plain, is_over }| {
        let mut bytes = part(&bytes, 0, usize::MAX);
        while !bytes.is_empty() {
            connection.read_tls(&mut bytes).map_err(|_| coded(&ctx, "ERR_SSL", "too much at once"))?;
            connection.process_new_packets().map_err(|error| failed(&ctx, &error))?;
            // There is room for a few packets only. The end of all is no error, the end of what is here is one.
            *is_over = connection.reader().read_to_end(plain).is_ok();
        }
        Ok(())
    })
}

/// What is to be sent to the server; empty if that is nothing.
fn take<'js>(ctx: Ctx<'js>, session: u32) -> Result<Bytes<'js>> {
    let mut bytes = Vec::new();
    with(&ctx, session, |session| {
        while session.connection.wants_write() {
            session.connection.write_tls(&mut bytes).map_err(|_| coded(&ctx, "ERR_SSL", "nothing to send"))?;
        }
        Ok(())
    })?;
    TypedArray::new(ctx, bytes)
}

/// Encrypts bytes, which are then to be taken.
fn write(ctx: Ctx<'_>, session: u32, bytes: Bytes<'_>) -> Result<()> {
    with(&ctx, session, |session| {
        let written = std::io::Write::write_all(&mut session.connection.writer(), part(&bytes, 0, usize::MAX));
        written.map_err(|_| coded(&ctx, "ERR_SSL", "too much at once"))
    })
}

/// The decrypted bytes that are here; empty if there are none yet. Nothing: the server has ended the connection.
fn read<'js>(ctx: Ctx<'js>, session: u32) -> Result<Option<Bytes<'js>>> {
    let (bytes, is_over) = with(&ctx, session, |session| Ok((std::mem::take(&mut session.plain), session.is_over)))?;
    if is_over && bytes.is_empty() { Ok(None) } else { TypedArray::new(ctx, bytes).map(Some) }
}

/// As OpenSSL and Node name what is wrong with a certificate; `ERR_SSL` for anything else.
fn failed(ctx: &Ctx<'_>, error: &Error) -> rquickjs::Error {
    use CertificateError::{BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext};
    use CertificateError::{NotValidYet, NotValidYetContext, Other, UnknownIssuer};
    let Error::InvalidCertificate(certificate) = error else { return coded(ctx, "ERR_SSL", &error.to_string()) };
    let code = match certificate {
        // Another authority of the same name has made it, or none that is known.
        BadSignature | UnknownIssuer => "UNABLE_TO_GET_ISSUER_CERT",
        Other(other) if is_own_authority(other) => "DEPTH_ZERO_SELF_SIGNED_CERT",
        Expired | ExpiredContext { .. } => "CERT_HAS_EXPIRED",
        NotValidYet | NotValidYetContext { .. } => "CERT_NOT_YET_VALID",
        NotValidForName | NotValidForNameContext { .. } => "ERR_TLS_CERT_ALTNAME_INVALID",
        _ => "CERT_REJECTED",
    };
    coded(ctx, code, "the certificate is refused")
}

/// webpki refuses the certificate of an authority as a server's, but only after it has found it valid at this time.
fn is_own_authority(OtherError(error): &OtherError) -> bool {
    matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// As OpenSSL does, takes a server's certificate that is its own authority, if a person named this very certificate.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        let verified = self.usual.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        match verified {
            Err(Error::InvalidCertificate(CertificateError::Other(other)))
                if is_own_authority(&other) && self.own.contains(end_entity) =>
            {
                rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
