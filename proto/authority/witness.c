#include "proto/authority/witness.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"

/* ---- from a sheet -------------------------------------------------------------------------------- */

static bool take(const ProtobufCBinaryData *from, void *to, size_t size)
{
    if (from->len != size)
        return false;
    memcpy(to, from->data, size);
    return true;
}

static bool take_through(const Muster__Receipt *said, struct mu_receipt *out)
{
    if (said->n_through != MU_LANES)
        return false;
    for (size_t i = 0; i < MU_LANES; i++) {
        if (said->through[i]->lane != i)
            return false;
        out->through[i] = said->through[i]->through;
    }
    return true;
}

/* Written and read again: the rules of the fixed layout hold for what a sheet carries. */
enum mu_err mu_receipt_from(const Muster__Receipt *said, const struct mu_hash *log,
                            struct mu_receipt *out)
{
    uint8_t bytes[MU_RECEIPT_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_receipt r = {.algorithm = (uint8_t)said->algorithm,
                           .log = *log,
                           .instance = said->instance,
                           .head.epoch = said->epoch,
                           .head.size = said->checkpoint_size,
                           .delivered.count = said->count,
                           .stated_at_ms = said->stated_at_ms};
    struct mu_reader reader;

    if (said->algorithm > UINT8_MAX || !take(&said->agent, r.agent.b, sizeof r.agent.b) ||
        !take(&said->key, r.key.b, sizeof r.key.b) ||
        !take(&said->checkpoint_root, r.head.root.b, sizeof r.head.root.b) ||
        !take(&said->filter_digest, r.filter.b, sizeof r.filter.b) ||
        !take(&said->running_hash, r.delivered.running.b, sizeof r.delivered.running.b) ||
        !take(&said->signature, r.signature, sizeof r.signature) || !take_through(said, &r))
        return MU_E_MALFORMED;
    mu_receipt_write(&w, &r);
    reader = mu_reader(mu_written(&w));
    return mu_receipt_read(&reader, out);
}

/* ---- the record as it grows ---------------------------------------------------------------------- */

enum mu_err mu_witnesses_grow(struct mu_witnesses *w, uint32_t epoch, const struct mu_edge *edge)
{
    struct mu_head head = {.epoch = epoch, .size = edge->size};
    enum mu_err err;

    mu_edge_root(edge, &head.root);
    if ((err = mu_roots_add(&w->roots, &head)) != MU_OK)
        return err;
    if (w->running_room < w->roots.room) {
        struct mu_hash *more = reallocarray(w->running, w->roots.room, sizeof *more);

        if (more == NULL)
            return MU_E_NO_MEMORY;
        w->running = more;
        w->running_room = w->roots.room;
    }
    w->running[w->roots.count - 1] = w->all.running;
    return MU_OK;
}

void mu_witnesses_free(struct mu_witnesses *w)
{
    mu_roots_free(&w->roots);
    free(w->running);
    free(w->chains);
    *w = (struct mu_witnesses){.receipts = 0};
}

/* ---- one receipt --------------------------------------------------------------------------------- */

static bool is_of_its_desk(const mu_roster *roster, const Muster__Receipt *said,
                           const struct mu_receipt *r)
{
    const struct mu_member *member = mu_roster_member(roster, &r->agent);
    const char *filter = said->filter == NULL ? "" : said->filter;
    struct mu_agent_id owner;
    const mu_verifier *key = mu_roster_key(roster, &r->key, &owner);
    struct mu_hash digest;

    mu_sha256(filter, strlen(filter), &digest);
    return member != NULL && member->is_desk && said->agency != NULL &&
           strcmp(said->agency, member->agency) == 0 && key != NULL &&
           mu_agent_id_equal(&owner, &r->agent) && mu_hash_equal(&digest, &r->filter) &&
           mu_receipt_check(r, key) == MU_OK;
}

enum mu_err mu_receipt_of_desk(const mu_roster *roster, const Muster__Receipt *said,
                               struct mu_receipt *out)
{
    const struct mu_genesis *genesis = mu_roster_genesis(roster);

    if (genesis == NULL || mu_receipt_from(said, &genesis->log, out) != MU_OK ||
        !is_of_its_desk(roster, said, out))
        return MU_E_PROOF;
    return MU_OK;
}

static bool same_chain(const struct mu_receipt *a, const struct mu_receipt *b)
{
    return a->instance == b->instance && a->head.epoch == b->head.epoch &&
           mu_agent_id_equal(&a->agent, &b->agent) && mu_hash_equal(&a->filter, &b->filter);
}

static struct mu_chain *find_chain(const struct mu_witnesses *w, const struct mu_receipt *r)
{
    for (size_t i = 0; i < w->chain_count; i++)
        if (same_chain(&w->chains[i].last, r))
            return &w->chains[i];
    return NULL;
}

static bool falls(const struct mu_receipt *before, const struct mu_receipt *r)
{
    return mu_receipt_through(r) < mu_receipt_through(before) ||
           r->delivered.count < before->delivered.count || r->head.size < before->head.size ||
           r->stated_at_ms < before->stated_at_ms;
}

/* Who follows everything and may read all was handed every entry, so the auditor can count along. */
static bool was_handed_other(const struct mu_witnesses *w, const mu_roster *roster,
                             const Muster__Receipt *said, const struct mu_receipt *r)
{
    uint64_t through = mu_receipt_through(r);
    size_t at = mu_roots_at(&w->roots, through);

    if (said->filter != NULL || !mu_authority_reads_all(roster, &r->agent) ||
        at == w->roots.count || w->roots.heads[at].size != through)
        return false;
    return r->delivered.count != through || !mu_hash_equal(&r->delivered.running, &w->running[at]);
}

static enum mu_err keep(struct mu_witnesses *w, const struct mu_receipt *r, const char *agency)
{
    struct mu_chain *chain = find_chain(w, r), *more;

    w->receipts++;
    if (chain == NULL && w->chain_count == w->chain_room) {
        size_t room = w->chain_room == 0 ? 16 : 2 * w->chain_room;

        if ((more = reallocarray(w->chains, room, sizeof *more)) == NULL)
            return MU_E_NO_MEMORY;
        w->chains = more;
        w->chain_room = room;
    }
    if (chain == NULL) {
        chain = &w->chains[w->chain_count++];
        *chain = (struct mu_chain){.agency = ""};
        strncat(chain->agency, agency, sizeof chain->agency - 1);
    }
    chain->last = *r;
    return MU_OK;
}

enum mu_err mu_witnesses_judge(struct mu_witnesses *w, const mu_roster *roster,
                               const Muster__Receipt *said, uint64_t number, bool whole,
                               enum mu_receipt_fault *fault)
{
    const struct mu_chain *before;
    struct mu_receipt r;

    *fault = MU_RECEIPT_WRONG;
    if (mu_receipt_of_desk(roster, said, &r) != MU_OK)
        return MU_OK;
    *fault = MU_RECEIPT_SPLIT;
    if (mu_roots_ask(&w->roots, &r.head, number) == MU_PAST_OTHER)
        return MU_OK;
    before = find_chain(w, &r);
    *fault = MU_RECEIPT_FALLS;
    if (before != NULL && falls(&before->last, &r))
        return MU_OK;
    *fault = MU_RECEIPT_OTHER;
    if (whole && was_handed_other(w, roster, said, &r))
        return MU_OK;
    *fault = MU_RECEIPT_HOLDS;
    return keep(w, &r, said->agency);
}

/* ---- the sum ------------------------------------------------------------------------------------- */

/* The newest size of this chain's agency, when this chain is the agency's first; else 0. */
static uint64_t agency_size(const struct mu_witnesses *w, size_t index)
{
    uint64_t most = 0;

    for (size_t i = 0; i < w->chain_count; i++) {
        if (strcmp(w->chains[i].agency, w->chains[index].agency) != 0)
            continue;
        if (i < index)
            return 0;
        if (w->chains[i].last.head.size > most)
            most = w->chains[i].last.head.size;
    }
    return most;
}

static size_t agencies_from(const struct mu_witnesses *w, uint64_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < w->chain_count; i++)
        count += agency_size(w, i) >= size;
    return count;
}

struct mu_witnessed mu_witnessed(const struct mu_witnesses *w)
{
    struct mu_witnessed sum = {.of = agencies_from(w, 1)};

    for (size_t i = 0; i < w->chain_count; i++) {
        uint64_t size = agency_size(w, i);

        if (size > sum.through && 2 * agencies_from(w, size) > sum.of)
            sum.through = size;
    }
    sum.agencies = sum.of > 0 ? agencies_from(w, sum.through) : 0;
    return sum;
}
