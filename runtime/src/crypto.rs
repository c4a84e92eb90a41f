//! Cryptography, by the crates of RustCrypto and dalek. No algorithm is implemented here.

use crate::files::{Bytes, part};
use crate::modules::native_module;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U1024};
use hmac::{Hmac, Mac};
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use rquickjs::{Ctx, Exception, Result, TypedArray};
use sha2::{Digest, Sha256, Sha384, Sha512};

native_module! {
    "digest": digest, "hmac": hmac, "hkdf": hkdf, "scrypt": scrypt, "sealGcm": seal_gcm, "openGcm": open_gcm,
    "encryptCbc": encrypt_cbc, "decryptCbc": decrypt_cbc, "oakley2": oakley2, "verifyEd25519": verify_ed25519,
    "verifyRsa": verify_rsa, "verifyEcdsa": verify_ecdsa,
}

fn all<'a>(bytes: &'a Bytes<'_>) -> &'a [u8] {
    part(bytes, 0, usize::MAX)
}

fn answer<'js>(ctx: &Ctx<'js>, bytes: impl Into<Vec<u8>>) -> Result<Bytes<'js>> {
    TypedArray::new(ctx.clone(), bytes.into())
}

/// The error for an invalid argument: a key of the wrong length, an unsupported algorithm.
fn wrong(ctx: &Ctx<'_>, what: &str) -> rquickjs::Error {
    Exception::throw_type(ctx, what)
}

fn digest<'js>(ctx: Ctx<'js>, algorithm: String, bytes: Bytes<'js>) -> Result<Bytes<'js>> {
    match algorithm.as_str() {
        "sha256" => answer(&ctx, Sha256::digest(all(&bytes)).to_vec()),
        "sha384" => answer(&ctx, Sha384::digest(all(&bytes)).to_vec()),
        "sha512" => answer(&ctx, Sha512::digest(all(&bytes)).to_vec()),
        _ => Err(wrong(&ctx, "Digest method not supported")),
    }
}

fn hmac<'js>(ctx: Ctx<'js>, algorithm: String, key: Bytes<'js>, bytes: Bytes<'js>) -> Result<Bytes<'js>> {
    fn of<M: Mac + hmac::KeyInit>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mac = <M as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.chain_update(bytes).finalize().into_bytes().to_vec()
    }
    match algorithm.as_str() {
        "sha256" => answer(&ctx, of::<Hmac<Sha256>>(all(&key), all(&bytes))),
        "sha512" => answer(&ctx, of::<Hmac<Sha512>>(all(&key), all(&bytes))),
        _ => Err(wrong(&ctx, "Invalid digest")),
    }
}

/// With SHA-256.
fn hkdf<'js>(ctx: Ctx<'js>, key: Bytes<'js>, salt: Bytes<'js>, info: Bytes<'js>, length: usize) -> Result<Bytes<'js>> {
    let mut out = vec![0; length];
    let expanded = hkdf::Hkdf::<Sha256>::new(Some(all(&salt)), all(&key)).expand(all(&info), &mut out);
    expanded.map_err(|_| wrong(&ctx, "Invalid key length"))?;
    answer(&ctx, out)
}

/// `cost` is the logarithm of scrypt's N.
fn scrypt<'js>(
    ctx: Ctx<'js>,
    password: Bytes<'js>,
    salt: Bytes<'js>,
    length: usize,
    cost: u8,
    r: u32,
    p: u32,
) -> Result<Bytes<'js>> {
    let mut out = vec![0; length];
    let parameters = scrypt::Params::new(cost, r, p).map_err(|_| wrong(&ctx, "Invalid scrypt params"))?;
    scrypt::scrypt(all(&password), all(&salt), &parameters, &mut out).map_err(|_| wrong(&ctx, "Invalid length"))?;
    answer(&ctx, out)
}

/// AES-256-GCM: the ciphertext followed by the tag.
fn seal_gcm<'js>(
    ctx: Ctx<'js>,
    key: Bytes<'js>,
    nonce: Bytes<'js>,
    associated: Bytes<'js>,
    plain: Bytes<'js>,
) -> Result<Bytes<'js>> {
    let cipher = gcm(&ctx, &key)?;
    let nonce = all(&nonce).try_into().map_err(|_| wrong(&ctx, "Invalid initialization vector"))?;
    let sealed = cipher.encrypt(nonce, Payload { msg: all(&plain), aad: all(&associated) });
    answer(&ctx, sealed.map_err(|_| wrong(&ctx, "too much for AES-GCM"))?)
}

/// The plaintext; nothing if the tag is wrong.
fn open_gcm<'js>(
    ctx: Ctx<'js>,
    key: Bytes<'js>,
    nonce: Bytes<'js>,
    associated: Bytes<'js>,
    sealed: Bytes<'js>,
) -> Result<Option<Bytes<'js>>> {
    let cipher = gcm(&ctx, &key)?;
    let nonce = all(&nonce).try_into().map_err(|_| wrong(&ctx, "Invalid initialization vector"))?;
    let plain = cipher.decrypt(nonce, Payload { msg: all(&sealed), aad: all(&associated) }).ok();
    plain.map(|plain| answer(&ctx, plain)).transpose()
}

fn gcm(ctx: &Ctx<'_>, key: &Bytes<'_>) -> Result<Aes256Gcm> {
    Aes256Gcm::new_from_slice(all(key)).map_err(|_| wrong(ctx, "Invalid key length"))
}

/// AES-128-CBC with PKCS #7 padding.
fn encrypt_cbc<'js>(ctx: Ctx<'js>, key: Bytes<'js>, iv: Bytes<'js>, plain: Bytes<'js>) -> Result<Bytes<'js>> {
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(all(&key), all(&iv));
    let cipher = cipher.map_err(|_| wrong(&ctx, "Invalid key length"))?;
    answer(&ctx, cipher.encrypt_padded_vec::<Pkcs7>(all(&plain)))
}

fn decrypt_cbc<'js>(ctx: Ctx<'js>, key: Bytes<'js>, iv: Bytes<'js>, sealed: Bytes<'js>) -> Result<Bytes<'js>> {
    let cipher = cbc::Decryptor::<aes::Aes128>::new_from_slices(all(&key), all(&iv));
    let cipher = cipher.map_err(|_| wrong(&ctx, "Invalid key length"))?;
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(all(&sealed));
    answer(&ctx, plain.map_err(|_| wrong(&ctx, "bad decrypt"))?)
}

/// The second Oakley group: https://www.rfc-editor.org/rfc/rfc2409#section-6.2.
const PRIME: U1024 = U1024::from_be_hex(concat!(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd",
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed",
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff",
));

/// The base to the power of the exponent in that group, in 128 bytes. A base that is not a valid key is refused.
fn oakley2<'js>(ctx: Ctx<'js>, base: Bytes<'js>, exponent: Bytes<'js>) -> Result<Bytes<'js>> {
    let number = |bytes: &Bytes<'js>| {
        let mut padded = [0; 128];
        let bytes = all(bytes);
        let at = padded.len().checked_sub(bytes.len()).ok_or_else(|| wrong(&ctx, "Supplied key is too large"))?;
        padded[at..].copy_from_slice(bytes);
        Ok::<_, rquickjs::Error>(U1024::from_be_slice(&padded))
    };
    let (base, exponent) = (number(&base)?, number(&exponent)?);
    if base <= U1024::ONE || base >= PRIME.wrapping_sub(&U1024::ONE) {
        return Err(wrong(&ctx, "Supplied key is too small or too large"));
    }
    let group = FixedMontyParams::new(Odd::new(PRIME).expect("a prime like this is odd"));
    answer(&ctx, FixedMontyForm::new(&base, &group).pow(&exponent).retrieve().to_be_bytes().as_ref())
}

/// False also if the key is invalid.
fn verify_ed25519(key: Bytes<'_>, message: Bytes<'_>, signature: Bytes<'_>) -> bool {
    let verified = || {
        let key = ed25519_dalek::VerifyingKey::from_bytes(all(&key).try_into().ok()?).ok()?;
        let signature = ed25519_dalek::Signature::from_slice(all(&signature)).ok()?;
        key.verify_strict(all(&message), &signature).ok()
    };
    verified().is_some()
}

/// With a key of 2048 to 8192 bits. `algorithm` is a name of JOSE. False also if the key is invalid.
fn verify_rsa<'js>(
    ctx: Ctx<'js>,
    algorithm: String,
    modulus: Bytes<'js>,
    exponent: Bytes<'js>,
    message: Bytes<'js>,
    signature: Bytes<'js>,
) -> Result<bool> {
    let parameters: &RsaParameters = match algorithm.as_str() {
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
        "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
        "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return Err(wrong(&ctx, "Unrecognized algorithm name")),
    };
    let key = RsaPublicKeyComponents { n: number(&modulus), e: number(&exponent) };
    Ok(key.verify(parameters, all(&message), all(&signature)).is_ok())
}

/// A number without its leading zeros.
fn number<'a>(bytes: &'a Bytes<'_>) -> &'a [u8] {
    let bytes = all(bytes);
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// The key is an uncompressed point, the signature both numbers. False also if the key is invalid.
fn verify_ecdsa<'js>(
    ctx: Ctx<'js>,
    algorithm: String,
    key: Bytes<'js>,
    message: Bytes<'js>,
    signature: Bytes<'js>,
) -> Result<bool> {
    let algorithm = match algorithm.as_str() {
        "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
        "ES384" => &signature::ECDSA_P384_SHA384_FIXED,
        _ => return Err(wrong(&ctx, "Unrecognized algorithm name")),
    };
    Ok(UnparsedPublicKey::new(algorithm, all(&key)).verify(all(&message), all(&signature)).is_ok())
}
