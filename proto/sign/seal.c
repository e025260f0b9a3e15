#include "proto/sign/seal.h"

#include <string.h>

#define SEAL_VERSION 1u

/* What a signature covers: the tag keeps it from being taken for any other signed thing. */
static const char tag[] = "muster/seal/v1"; /* with its NUL */
#define MESSAGE_BYTES (sizeof tag + MU_SEAL_SIGNED_BYTES)

static void write_signed_part(struct mu_writer *w, const struct mu_seal *seal)
{
    mu_write_u8(w, SEAL_VERSION);
    mu_write_u8(w, seal->algorithm);
    mu_write_u8(w, seal->lane);
    mu_write_u8(w, 0);
    mu_write_u32(w, seal->count);
    mu_write_agent(w, &seal->agent);
    mu_write_agent(w, &seal->key);
    mu_write_hash(w, &seal->origin);
    mu_write_u64(w, seal->instance);
    mu_write_u64(w, seal->first_sequence);
    mu_write_hash(w, &seal->previous);
    mu_write_hash(w, &seal->root);
    mu_write_u32(w, seal->seen.epoch);
    mu_write_u64(w, seal->seen.size);
    mu_write_hash(w, &seal->seen.root);
}

void mu_seal_write(struct mu_writer *w, const struct mu_seal *seal)
{
    write_signed_part(w, seal);
    mu_write_bytes(w, seal->signature, sizeof seal->signature);
}

/* What any seal must satisfy, whoever made it. */
static enum mu_err check_fields(const struct mu_seal *seal)
{
    if (seal->algorithm != MU_ALGORITHM_ED25519_SHA256 || seal->lane >= MU_LANES ||
        seal->count == 0 || seal->instance == 0 || seal->first_sequence == 0 ||
        seal->first_sequence > UINT64_MAX - (seal->count - 1))
        return MU_E_MALFORMED;
    return seal->count > MU_BATCH_EVENTS_MAX ? MU_E_TOO_MANY : MU_OK;
}

static void read_fields(struct mu_reader *r, struct mu_seal *seal)
{
    struct mu_bytes signature;

    seal->count = mu_read_u32(r);
    seal->agent = mu_read_agent(r);
    seal->key = mu_read_agent(r);
    seal->origin = mu_read_hash(r);
    seal->instance = mu_read_u64(r);
    seal->first_sequence = mu_read_u64(r);
    seal->previous = mu_read_hash(r);
    seal->root = mu_read_hash(r);
    seal->seen.epoch = mu_read_u32(r);
    seal->seen.size = mu_read_u64(r);
    seal->seen.root = mu_read_hash(r);
    signature = mu_read_bytes(r, sizeof seal->signature);
    if (signature.data != NULL)
        memcpy(seal->signature, signature.data, sizeof seal->signature);
}

enum mu_err mu_seal_read(struct mu_reader *r, struct mu_seal *seal)
{
    uint8_t version = mu_read_u8(r);
    uint8_t padding;

    memset(seal, 0, sizeof *seal);
    seal->algorithm = mu_read_u8(r);
    seal->lane = mu_read_u8(r);
    padding = mu_read_u8(r);
    read_fields(r, seal);
    if (!mu_reader_ok(r) || version != SEAL_VERSION || padding != 0)
        return MU_E_MALFORMED;
    return check_fields(seal);
}

static struct mu_bytes signed_message(const struct mu_seal *seal, uint8_t message[MESSAGE_BYTES])
{
    struct mu_writer w = mu_writer(message, MESSAGE_BYTES);

    mu_write_bytes(&w, tag, sizeof tag);
    write_signed_part(&w, seal);
    MU_CHECK(mu_writer_ok(&w) && w.used == MESSAGE_BYTES);
    return mu_written(&w);
}

enum mu_err mu_seal_sign(struct mu_seal *seal, const mu_key *key)
{
    uint8_t message[MESSAGE_BYTES];
    struct mu_public public;

    mu_key_public(key, &public);
    seal->algorithm = MU_ALGORITHM_ED25519_SHA256;
    seal->key = mu_public_id(&public);
    return mu_key_sign(key, signed_message(seal, message), seal->signature);
}

enum mu_err mu_seal_check(const struct mu_seal *seal, const mu_verifier *key)
{
    uint8_t message[MESSAGE_BYTES];

    if (check_fields(seal) != MU_OK || !mu_agent_id_equal(&seal->key, mu_verifier_id(key)))
        return MU_E_BAD_SEAL;
    if (mu_verifier_check(key, signed_message(seal, message), seal->signature) != MU_OK)
        return MU_E_BAD_SEAL;
    return MU_OK;
}
