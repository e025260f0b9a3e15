#include "proto/authority/known.h"

#include <stdlib.h>
#include <string.h>

/* ---- collecting ---------------------------------------------------------------------------- */

static struct mu_known_receipt *last_of(const struct mu_known_chain *chain)
{
    return &chain->receipts[chain->count - 1];
}

static bool goes_on(const struct mu_known_chain *chain, const struct mu_receipt *r)
{
    const struct mu_receipt *last = &last_of(chain)->receipt;

    return last->instance == r->instance && last->head.epoch == r->head.epoch &&
           mu_agent_id_equal(&last->agent, &r->agent) && mu_hash_equal(&last->filter, &r->filter);
}

static enum mu_err add_receipt(struct mu_known_chain *chain, const struct mu_known_receipt *receipt)
{
    if (chain->count == chain->room) {
        size_t room = chain->room == 0 ? 64 : 2 * chain->room;
        struct mu_known_receipt *more = reallocarray(chain->receipts, room, sizeof *more);

        if (more == NULL)
            return MU_E_NO_MEMORY;
        chain->receipts = more;
        chain->room = room;
    }
    chain->receipts[chain->count++] = *receipt;
    return MU_OK;
}

static enum mu_err add_chain(struct mu_known *known, const char *filter,
                             const struct mu_known_receipt *receipt)
{
    struct mu_known_chain **more =
        reallocarray(known->chains, known->count + 1, sizeof(struct mu_known_chain *));
    struct mu_known_chain *chain = calloc(1, sizeof *chain);
    size_t at;

    if (more != NULL)
        known->chains = more;
    if (more == NULL || chain == NULL) {
        free(chain);
        return MU_E_NO_MEMORY;
    }
    if (mu_filter_read((struct mu_bytes){(const uint8_t *)filter, strlen(filter)}, &chain->filter,
                       &at) != MU_OK ||
        add_receipt(chain, receipt) != MU_OK) {
        free(chain->receipts);
        free(chain);
        return MU_OK; /* a filter no broker would have followed: nothing was delivered by it */
    }
    known->chains[known->count++] = chain;
    return MU_OK;
}

static enum mu_err take_one(struct mu_known *known, const mu_roster *roster,
                            const Muster__Receipt *said, const struct mu_entry *entry)
{
    struct mu_known_receipt receipt = {.number = entry->number};

    if (said->agency == NULL || strcmp(said->agency, known->agency) != 0 ||
        mu_receipt_of_desk(roster, said, &receipt.receipt) != MU_OK)
        return MU_OK;
    receipt.at_ms = receipt.receipt.stated_at_ms < entry->accepted_at_ms
                        ? receipt.receipt.stated_at_ms
                        : entry->accepted_at_ms;
    for (size_t i = 0; i < known->count; i++)
        if (goes_on(known->chains[i], &receipt.receipt))
            return add_receipt(known->chains[i], &receipt);
    return add_chain(known, said->filter == NULL ? "" : said->filter, &receipt);
}

enum mu_err mu_known_take(struct mu_known *known, const mu_roster *roster,
                          const struct mu_entry *entry)
{
    const Muster__ReceiptSheet *sheet;
    enum mu_err err = MU_OK;

    if (entry->event == NULL || entry->event->body_case != MUSTER__EVENT__BODY_RECEIPT_SHEET)
        return MU_OK;
    sheet = entry->event->receipt_sheet;
    for (size_t i = 0; i < sheet->n_receipts && err == MU_OK; i++)
        err = take_one(known, roster, sheet->receipts[i], entry);
    return err;
}

void mu_known_free(struct mu_known *known)
{
    for (size_t i = 0; i < known->count; i++) {
        free(known->chains[i]->receipts);
        free(known->chains[i]);
    }
    free(known->chains);
    *known = (struct mu_known){.agency = known->agency};
}

/* ---- asking -------------------------------------------------------------------------------- */

/* As the broker decides what it delivers to whom. */
static bool was_for(const struct mu_known_chain *chain, const mu_roster *roster,
                    const struct mu_entry *entry)
{
    const struct mu_agent_id *agent = &last_of(chain)->receipt.agent;
    struct mu_filter_facts facts;
    struct mu_topic topic;
    struct mu_fault fault;
    const char *kind;

    if (entry->code != 0 || mu_event_scan(entry->body, &topic, &fault) != MU_OK)
        return mu_filter_is_everything(&chain->filter);
    kind = mu_kind_name(topic.kind) == NULL ? "" : mu_kind_name(topic.kind);
    facts = (struct mu_filter_facts){.kind = {(const uint8_t *)kind, strlen(kind)},
                                     .area = topic.area,
                                     .agency = topic.agency,
                                     .incident = topic.incident,
                                     .severity = topic.severity};
    return mu_filter_wants(&chain->filter, &facts) &&
           (mu_authority_reads_all(roster, agent) ||
            mu_authority_may_read(roster, agent, topic.kind, topic.area, entry->accepted_at_ms));
}

/* A chain rises in through and in time: the first that reaches the number was the earliest. */
static const struct mu_known_receipt *first_through(const struct mu_known_chain *chain,
                                                    uint64_t number)
{
    size_t from = 0, to = chain->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (mu_receipt_through(&chain->receipts[middle].receipt) < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from < chain->count ? &chain->receipts[from] : NULL;
}

const struct mu_known_receipt *mu_known_since(const struct mu_known *known, const mu_roster *roster,
                                              const struct mu_entry *entry)
{
    const struct mu_known_receipt *since = NULL;

    for (size_t i = 0; i < known->count; i++) {
        const struct mu_known_receipt *first = first_through(known->chains[i], entry->number);

        if (first != NULL && (since == NULL || first->at_ms < since->at_ms) &&
            was_for(known->chains[i], roster, entry))
            since = first;
    }
    return since;
}

const struct mu_known_receipt *mu_known_newest(const struct mu_known *known, int64_t at_ms)
{
    const struct mu_known_receipt *newest = NULL;

    for (size_t i = 0; i < known->count; i++)
        for (size_t j = 0; j < known->chains[i]->count; j++) {
            const struct mu_known_receipt *r = &known->chains[i]->receipts[j];

            if (r->at_ms <= at_ms && (newest == NULL || r->at_ms >= newest->at_ms))
                newest = r;
        }
    return newest;
}

/* ---- counting along ------------------------------------------------------------------------ */

static void compare_before(struct mu_known_chain *chain, uint64_t number)
{
    while (chain->compared < chain->count) {
        const struct mu_receipt *r = &chain->receipts[chain->compared].receipt;

        if (mu_receipt_through(r) >= number)
            return;
        if (r->delivered.count != chain->delivered.count ||
            !mu_hash_equal(&r->delivered.running, &chain->delivered.running))
            chain->differs = true;
        chain->compared++;
    }
}

void mu_known_count(struct mu_known *known, const mu_roster *roster, const struct mu_entry *entry)
{
    struct mu_hash leaf = mu_entry_log_leaf(entry);

    for (size_t i = 0; i < known->count; i++) {
        compare_before(known->chains[i], entry->number);
        if (was_for(known->chains[i], roster, entry))
            mu_delivered_add(&known->chains[i]->delivered, &leaf);
    }
}

bool mu_known_agrees(struct mu_known *known)
{
    bool agrees = true;

    for (size_t i = 0; i < known->count; i++) {
        compare_before(known->chains[i], UINT64_MAX);
        agrees = agrees && !known->chains[i]->differs;
    }
    return agrees;
}
