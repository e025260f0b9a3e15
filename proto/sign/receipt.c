#include "proto/sign/receipt.h"

#include <string.h>

#include "proto/sign/digest.h"

#define RECEIPT_VERSION 1u

/* What a signature covers: the tag keeps it from being taken for any other signed thing. */
static const char tag[] = "muster/receipt/v1"; /* with its NUL */
#define MESSAGE_BYTES (sizeof tag + MU_RECEIPT_SIGNED_BYTES)

void mu_delivered_add(struct mu_delivered *delivered, const struct mu_hash *log_leaf)
{
    static const uint8_t before[] = {'M', 'U', 'R', '1'};
    const struct mu_bytes parts[] = {
        {before, sizeof before},
        {delivered->running.b, sizeof delivered->running.b},
        {log_leaf->b, sizeof log_leaf->b},
    };
    struct mu_hash next;

    mu_sha256_parts(parts, sizeof parts / sizeof parts[0], &next);
    delivered->running = next;
    delivered->count++;
}

static void write_signed_part(struct mu_writer *w, const struct mu_receipt *receipt)
{
    mu_write_u8(w, RECEIPT_VERSION);
    mu_write_u8(w, receipt->algorithm);
    mu_write_u16(w, 0);
    mu_write_agent(w, &receipt->agent);
    mu_write_agent(w, &receipt->key);
    mu_write_hash(w, &receipt->log);
    mu_write_u64(w, receipt->instance);
    mu_write_u32(w, receipt->head.epoch);
    mu_write_u64(w, receipt->head.size);
    mu_write_hash(w, &receipt->head.root);
    for (size_t lane = 0; lane < MU_LANES; lane++)
        mu_write_u64(w, receipt->through[lane]);
    mu_write_hash(w, &receipt->filter);
    mu_write_u64(w, receipt->delivered.count);
    mu_write_hash(w, &receipt->delivered.running);
    mu_write_u64(w, (uint64_t)receipt->stated_at_ms);
}

void mu_receipt_write(struct mu_writer *w, const struct mu_receipt *receipt)
{
    write_signed_part(w, receipt);
    mu_write_bytes(w, receipt->signature, sizeof receipt->signature);
}

static uint64_t farthest(const struct mu_receipt *receipt)
{
    uint64_t most = 0;

    for (size_t lane = 0; lane < MU_LANES; lane++)
        if (receipt->through[lane] > most)
            most = receipt->through[lane];
    return most;
}

/* What any receipt must satisfy, whoever made it. */
static enum mu_err check_fields(const struct mu_receipt *receipt)
{
    uint64_t most = farthest(receipt);

    if (receipt->algorithm != MU_ALGORITHM_ED25519_SHA256 || receipt->instance == 0 ||
        receipt->head.epoch == 0 || most > receipt->head.size || receipt->delivered.count > most ||
        (receipt->delivered.count == 0) != mu_hash_is_none(&receipt->delivered.running) ||
        receipt->stated_at_ms < 0)
        return MU_E_MALFORMED;
    return MU_OK;
}

static void read_fields(struct mu_reader *r, struct mu_receipt *receipt)
{
    struct mu_bytes signature;

    receipt->agent = mu_read_agent(r);
    receipt->key = mu_read_agent(r);
    receipt->log = mu_read_hash(r);
    receipt->instance = mu_read_u64(r);
    receipt->head.epoch = mu_read_u32(r);
    receipt->head.size = mu_read_u64(r);
    receipt->head.root = mu_read_hash(r);
    for (size_t lane = 0; lane < MU_LANES; lane++)
        receipt->through[lane] = mu_read_u64(r);
    receipt->filter = mu_read_hash(r);
    receipt->delivered.count = mu_read_u64(r);
    receipt->delivered.running = mu_read_hash(r);
    receipt->stated_at_ms = (int64_t)mu_read_u64(r);
    signature = mu_read_bytes(r, sizeof receipt->signature);
    if (signature.data != NULL)
        memcpy(receipt->signature, signature.data, sizeof receipt->signature);
}

enum mu_err mu_receipt_read(struct mu_reader *r, struct mu_receipt *receipt)
{
    uint8_t version = mu_read_u8(r);
    uint16_t padding;

    memset(receipt, 0, sizeof *receipt);
    receipt->algorithm = mu_read_u8(r);
    padding = mu_read_u16(r);
    read_fields(r, receipt);
    if (!mu_reader_ok(r) || version != RECEIPT_VERSION || padding != 0)
        return MU_E_MALFORMED;
    return check_fields(receipt);
}

static struct mu_bytes signed_message(const struct mu_receipt *receipt,
                                      uint8_t message[MESSAGE_BYTES])
{
    struct mu_writer w = mu_writer(message, MESSAGE_BYTES);

    mu_write_bytes(&w, tag, sizeof tag);
    write_signed_part(&w, receipt);
    MU_CHECK(mu_writer_ok(&w) && w.used == MESSAGE_BYTES);
    return mu_written(&w);
}

enum mu_err mu_receipt_sign(struct mu_receipt *receipt, const mu_key *key)
{
    uint8_t message[MESSAGE_BYTES];
    struct mu_public public;

    mu_key_public(key, &public);
    receipt->algorithm = MU_ALGORITHM_ED25519_SHA256;
    receipt->key = mu_public_id(&public);
    return mu_key_sign(key, signed_message(receipt, message), receipt->signature);
}

enum mu_err mu_receipt_check(const struct mu_receipt *receipt, const mu_verifier *key)
{
    uint8_t message[MESSAGE_BYTES];

    if (check_fields(receipt) != MU_OK || !mu_agent_id_equal(&receipt->key, mu_verifier_id(key)) ||
        mu_verifier_check(key, signed_message(receipt, message), receipt->signature) != MU_OK)
        return MU_E_BAD_SEAL;
    return MU_OK;
}

uint64_t mu_receipt_through(const struct mu_receipt *receipt)
{
    uint64_t least = receipt->through[0];

    for (size_t lane = 1; lane < MU_LANES; lane++)
        if (receipt->through[lane] < least)
            least = receipt->through[lane];
    return least;
}
