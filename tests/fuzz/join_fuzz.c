/* Any bytes as what a newcomer or an admin says while joining: read without harm, and what reads well
 * writes back to the same bytes. Any text as a code: read without harm, and once read, read again alike. */
#include <stdlib.h>
#include <string.h>

#include "proto/sign/certificate.h"
#include "proto/sign/join.h"
#include "proto/wire/join.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write(struct mu_writer *w, const struct mu_join_message *m)
{
    switch (m->type) {
    case MU_JOIN_KNOCK:
        mu_join_knock_write(w, &m->as.knock);
        break;
    case MU_JOIN_CHALLENGE:
        mu_join_challenge_write(w, &m->as.challenge);
        break;
    case MU_JOIN_REQUEST:
        mu_join_request_write(w, &m->as.request);
        break;
    case MU_JOIN_ANSWER:
        mu_join_answer_write(w, &m->as.answer);
        break;
    case MU_JOIN_TAKEN:
        mu_join_taken_write(w);
        break;
    case MU_JOIN_NO:
        mu_join_no_write(w, (enum mu_err)m->as.no.code);
        break;
    }
}

static void try_message(const uint8_t *data, size_t size)
{
    static uint8_t out[MU_JOIN_BYTES_MAX];
    struct mu_writer w = mu_writer(out, sizeof out);
    struct mu_join_message m;

    if (mu_join_read((struct mu_bytes){data, size}, &m) != MU_OK)
        return;
    write(&w, &m);
    MU_CHECK(mu_writer_ok(&w) && w.used == size && memcmp(out, data, size) == 0);
}

static void try_code(const uint8_t *data, size_t size)
{
    char text[64], once[MU_CODE_BYTES], twice[MU_CODE_BYTES];

    if (size >= sizeof text)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    if (mu_code_read(text, once) != MU_OK)
        return;
    MU_CHECK(mu_code_read(once, twice) == MU_OK && strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_certificate certificate;

    try_message(data, size);
    try_code(data, size);
    (void)(mu_certificate_look((struct mu_bytes){data, size}, &certificate) == MU_OK);
    return 0;
}
