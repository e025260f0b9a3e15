#include "proto/wire/join.h"

#include "proto/base/text.h"

#define SIGNATURE_BYTES 64u
#define CERTIFICATE_BYTES_MAX 1024u
#define COUNTY_BYTES_MAX 1024u
#define ENROLMENT_BYTES_MAX 3072u

static void begin(struct mu_writer *w, enum mu_join_type type)
{
    mu_write_u8(w, MU_JOIN_VERSION);
    mu_write_u8(w, (uint8_t)type);
}

static bool text_fits(struct mu_bytes text, size_t bytes_max)
{
    return text.size < bytes_max && mu_utf8_ok(text.data, text.size);
}

/* ---- one after the other --------------------------------------------------------------------- */

void mu_join_knock_write(struct mu_writer *w, const struct mu_join_knock *m)
{
    begin(w, MU_JOIN_KNOCK);
    mu_write_hash(w, &m->commitment);
}

static bool read_knock(struct mu_reader *r, struct mu_join_message *out)
{
    out->as.knock.commitment = mu_read_hash(r);
    return true;
}

void mu_join_challenge_write(struct mu_writer *w, const struct mu_join_challenge *m)
{
    begin(w, MU_JOIN_CHALLENGE);
    mu_write_hash(w, &m->log);
    mu_write_hash(w, &m->log_key);
    mu_write_hash(w, &m->broker_curve);
    mu_write_hash(w, &m->nonce);
    mu_write_short(w, m->agency);
    mu_write_short(w, m->county);
    mu_write_hash(w, &m->replaces);
}

static bool read_challenge(struct mu_reader *r, struct mu_join_message *out)
{
    struct mu_join_challenge *m = &out->as.challenge;

    m->log = mu_read_hash(r);
    m->log_key = mu_read_hash(r);
    m->broker_curve = mu_read_hash(r);
    m->nonce = mu_read_hash(r);
    m->agency = mu_read_short(r);
    m->county = mu_read_short(r);
    m->replaces = mu_read_hash(r);
    return text_fits(m->agency, MU_NAME_BYTES_MAX) && text_fits(m->county, MU_NAME_BYTES_MAX);
}

void mu_join_request_write(struct mu_writer *w, const struct mu_join_request *m)
{
    begin(w, MU_JOIN_REQUEST);
    mu_write_hash(w, &m->nonce);
    mu_write_long(w, m->enrolment);
    mu_write_bytes(w, m->signature, SIGNATURE_BYTES);
}

static bool read_request(struct mu_reader *r, struct mu_join_message *out)
{
    struct mu_join_request *m = &out->as.request;

    m->nonce = mu_read_hash(r);
    m->enrolment = mu_read_long(r);
    m->signature = mu_read_bytes(r, SIGNATURE_BYTES).data;
    return m->enrolment.size > 0 && m->enrolment.size <= ENROLMENT_BYTES_MAX;
}

void mu_join_answer_write(struct mu_writer *w, const struct mu_join_answer *m)
{
    begin(w, MU_JOIN_ANSWER);
    mu_write_u64(w, m->number);
    mu_write_short(w, m->endpoint);
    mu_write_long(w, m->certificate);
    mu_write_long(w, m->county);
}

static bool read_answer(struct mu_reader *r, struct mu_join_message *out)
{
    struct mu_join_answer *m = &out->as.answer;

    m->number = mu_read_u64(r);
    m->endpoint = mu_read_short(r);
    m->certificate = mu_read_long(r);
    m->county = mu_read_long(r);
    return text_fits(m->endpoint, MU_JOIN_ENDPOINT_MAX) && m->number > 0 &&
           m->certificate.size <= CERTIFICATE_BYTES_MAX && text_fits(m->county, COUNTY_BYTES_MAX);
}

void mu_join_taken_write(struct mu_writer *w)
{
    begin(w, MU_JOIN_TAKEN);
}

static bool read_taken(struct mu_reader *r, struct mu_join_message *out)
{
    (void)r;
    (void)out;
    return true;
}

void mu_join_no_write(struct mu_writer *w, enum mu_err code)
{
    begin(w, MU_JOIN_NO);
    mu_write_u16(w, (uint16_t)code);
}

static bool read_no(struct mu_reader *r, struct mu_join_message *out)
{
    out->as.no.code = mu_read_u16(r);
    return out->as.no.code != 0;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool (*const readers[])(struct mu_reader *, struct mu_join_message *) = {
    [MU_JOIN_KNOCK] = read_knock,     [MU_JOIN_CHALLENGE] = read_challenge,
    [MU_JOIN_REQUEST] = read_request, [MU_JOIN_ANSWER] = read_answer,
    [MU_JOIN_TAKEN] = read_taken,     [MU_JOIN_NO] = read_no,
};

enum mu_err mu_join_read(struct mu_bytes bytes, struct mu_join_message *out)
{
    struct mu_reader r = mu_reader(bytes);
    uint8_t version = mu_read_u8(&r), type = mu_read_u8(&r);

    if (bytes.size > MU_JOIN_BYTES_MAX)
        return MU_E_TOO_LARGE;
    if (!mu_reader_ok(&r))
        return MU_E_BAD_FRAME;
    if (version != MU_JOIN_VERSION)
        return MU_E_VERSION;
    if (type == 0 || type >= sizeof readers / sizeof readers[0])
        return MU_E_BAD_FRAME;
    out->type = (enum mu_join_type)type;
    return readers[type](&r, out) && mu_reader_end(&r) ? MU_OK : MU_E_BAD_FRAME;
}
