/* Signed notes as C2SP has them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), read strictly: one
 * spelling per value, so that two readers never see two heads in the same bytes.
 *
 * A note of the wrong shape is refused before its signature is looked at, a note of another log
 * before that too; `head` is written last. */
#include "proto/sign/checkpoint.h"

#include <string.h>

#include "proto/base/text.h"
#include "proto/sign/base64.h"
#include "proto/sign/digest.h"

#define KEY_HASH_BYTES 4u
#define SIGNATURE_TYPE_ED25519 0x01u
#define NAME_PREFIX "muster/"
#define LOG_HEX_CHARS 64u
#define NAME_CHARS (sizeof NAME_PREFIX - 1 + LOG_HEX_CHARS)
#define DASH "\xe2\x80\x94 " /* em dash and a blank open a signature line */

/* What stands behind the blank of a signature line, once decoded. */
struct signature {
    uint8_t key_hash[KEY_HASH_BYTES];
    uint8_t bytes[MU_SIGNATURE_BYTES];
};

static void write_name(const struct mu_hash *log, char name[NAME_CHARS + 1])
{
    memcpy(name, NAME_PREFIX, sizeof NAME_PREFIX - 1);
    mu_hex(log->b, sizeof log->b, name + sizeof NAME_PREFIX - 1);
}

/* First bytes of SHA-256(name || 0x0A || type || public key). */
static void hash_key(const char *name, const struct mu_public *public, uint8_t out[KEY_HASH_BYTES])
{
    static const uint8_t middle[] = {'\n', SIGNATURE_TYPE_ED25519};
    struct mu_hash hash;
    const struct mu_bytes parts[] = {
        {(const uint8_t *)name, NAME_CHARS},
        {middle, sizeof middle},
        {public->b, sizeof public->b},
    };

    mu_sha256_parts(parts, sizeof parts / sizeof parts[0], &hash);
    memcpy(out, hash.b, KEY_HASH_BYTES);
}

enum mu_err mu_checkpoint_sign(const struct mu_hash *log, const struct mu_head *head,
                               const mu_key *log_key, char *note)
{
    struct mu_text text = mu_text(note, MU_NOTE_BYTES_MAX);
    char name[NAME_CHARS + 1], root[MU_BASE64_CHARS(sizeof head->root.b) + 1];
    char value[MU_BASE64_CHARS(sizeof(struct signature)) + 1];
    struct mu_public public;
    struct signature s;
    enum mu_err err;

    write_name(log, name);
    mu_base64(head->root.b, sizeof head->root.b, root);
    mu_text_addf(&text, "%s/%u\n%llu\n%s\n", name, head->epoch, (unsigned long long)head->size,
                 root);
    mu_key_public(log_key, &public);
    hash_key(name, &public, s.key_hash);
    err = mu_key_sign(log_key, (struct mu_bytes){(const uint8_t *)note, text.used}, s.bytes);
    if (err != MU_OK)
        return err;
    mu_base64((const uint8_t *)&s, sizeof s, value);
    mu_text_addf(&text, "\n" DASH "%s %s\n", name, value);
    MU_CHECK(!text.cut);
    return MU_OK;
}

/* The next line without its newline. Errors: MU_E_MALFORMED when the bytes end before one. */
static enum mu_err take_line(struct mu_reader *r, struct mu_bytes *line)
{
    const uint8_t *end = r->left > 0 ? memchr(r->at, '\n', r->left) : NULL;

    if (end == NULL)
        return MU_E_MALFORMED;
    *line = mu_read_bytes(r, (size_t)(end - r->at));
    (void)mu_read_u8(r);
    return MU_OK;
}

/* Whether `line` begins with `prefix`, which is then cut off. */
static bool take_prefix(struct mu_bytes *line, const char *prefix)
{
    size_t size = strlen(prefix);

    if (line->size < size || memcmp(line->data, prefix, size) != 0)
        return false;
    line->data += size;
    line->size -= size;
    return true;
}

/* Digits only, no leading zero. */
static enum mu_err read_decimal(struct mu_bytes text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
        return MU_E_MALFORMED;
    for (size_t i = 0; i < text.size; i++) {
        uint64_t digit = (uint64_t)text.data[i] - '0';

        if (digit > 9 || value > (max - digit) / 10)
            return MU_E_MALFORMED;
        value = value * 10 + digit;
    }
    *out = value;
    return MU_OK;
}

/* muster/<log>/<epoch>, the log id in lower case. */
static enum mu_err read_origin(struct mu_bytes line, struct mu_hash *log, uint32_t *epoch)
{
    char hex[LOG_HEX_CHARS + 1] = "", again[LOG_HEX_CHARS + 1];
    uint64_t value = 0;

    if (!take_prefix(&line, NAME_PREFIX) || line.size < LOG_HEX_CHARS)
        return MU_E_MALFORMED;
    memcpy(hex, line.data, LOG_HEX_CHARS);
    if (mu_unhex(hex, log->b, sizeof log->b) != MU_OK)
        return MU_E_MALFORMED;
    mu_hex(log->b, sizeof log->b, again);
    if (!take_prefix(&line, again) || !take_prefix(&line, "/") ||
        read_decimal(line, UINT32_MAX, &value) != MU_OK)
        return MU_E_MALFORMED;
    *epoch = (uint32_t)value;
    return MU_OK;
}

/* The three lines that are signed; `r` is left at the blank line after them. */
static enum mu_err read_head(struct mu_reader *r, struct mu_hash *log, struct mu_head *head)
{
    struct mu_bytes line;
    enum mu_err err;

    if ((err = take_line(r, &line)) != MU_OK ||
        (err = read_origin(line, log, &head->epoch)) != MU_OK ||
        (err = take_line(r, &line)) != MU_OK ||
        (err = read_decimal(line, UINT64_MAX, &head->size)) != MU_OK ||
        (err = take_line(r, &line)) != MU_OK)
        return err;
    return mu_unbase64(line, head->root.b, sizeof head->root.b);
}

/* Whose line, and what it says. */
struct signature_line {
    struct mu_bytes name, value;
};

static enum mu_err read_signature_line(struct mu_reader *r, struct signature_line *out)
{
    struct mu_bytes line;
    const uint8_t *blank;
    enum mu_err err;

    if ((err = take_line(r, &line)) != MU_OK)
        return err;
    if (!take_prefix(&line, DASH) || line.size == 0)
        return MU_E_MALFORMED;
    blank = memchr(line.data, ' ', line.size);
    if (blank == NULL || blank == line.data)
        return MU_E_MALFORMED;
    out->name = (struct mu_bytes){line.data, (size_t)(blank - line.data)};
    out->value = (struct mu_bytes){blank + 1, line.size - out->name.size - 1};
    return out->value.size > 0 ? MU_OK : MU_E_MALFORMED;
}

/* Whether the line was made with the key we know: same name, same key hash. A line of the same name
 * under another key is a stranger's, as after a change of keys. */
static bool is_ours(const struct signature_line *line, const char *name,
                    const struct mu_public *public, struct signature *s)
{
    uint8_t key_hash[KEY_HASH_BYTES];

    if (line->name.size != NAME_CHARS || memcmp(line->name.data, name, NAME_CHARS) != 0 ||
        mu_unbase64(line->value, (uint8_t *)s, sizeof *s) != MU_OK)
        return false;
    hash_key(name, public, key_hash);
    return memcmp(key_hash, s->key_hash, sizeof key_hash) == 0;
}

/* Read every signature line to the end; ours goes to `ours`. `public` NULL: none is looked for. */
static enum mu_err find_signature(struct mu_reader *r, const struct mu_hash *log,
                                  const struct mu_public *public, struct signature *ours)
{
    char name[NAME_CHARS + 1];
    unsigned lines = 0, found = 0;

    write_name(log, name);
    while (r->left > 0) {
        struct signature_line line;
        struct signature s;

        if (++lines > MU_NOTE_SIGNATURES_MAX || read_signature_line(r, &line) != MU_OK)
            return MU_E_MALFORMED;
        if (public != NULL && is_ours(&line, name, public, &s)) {
            *ours = s;
            found++;
        }
    }
    if (lines == 0 || found > 1)
        return MU_E_MALFORMED;
    return public == NULL || found == 1 ? MU_OK : MU_E_PROOF;
}

enum mu_err mu_checkpoint_read(struct mu_bytes note, const struct mu_hash *log,
                               const mu_verifier *key, const struct mu_public *public,
                               struct mu_head *head)
{
    struct mu_reader r = mu_reader(note);
    struct mu_bytes signed_text, blank;
    struct mu_hash named;
    struct mu_head said;
    struct signature ours;
    enum mu_err err;

    if ((err = read_head(&r, &named, &said)) != MU_OK)
        return err;
    signed_text = (struct mu_bytes){note.data, note.size - r.left};
    if (take_line(&r, &blank) != MU_OK || blank.size != 0)
        return MU_E_MALFORMED;
    if (!mu_hash_equal(&named, log))
        return MU_E_OTHER_LOG;
    if (key == NULL)
    public = NULL;
    else if (public == NULL) public = mu_verifier_public(key);
    if ((err = find_signature(&r, log, public, &ours)) != MU_OK)
        return err;
    if (key != NULL && (err = mu_verifier_check(key, signed_text, ours.bytes)) != MU_OK)
        return err;
    *head = said;
    return MU_OK;
}
