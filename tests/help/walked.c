#include "tests/help/walked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct piece *add_piece(struct record *r)
{
    assert_true(r->pieces < PIECES_MAX);
    r->piece[r->pieces] = calloc(1, sizeof(struct piece));
    assert_non_null(r->piece[r->pieces]);
    return r->piece[r->pieces++];
}

/* Leaves as the broker would store them; `refused` is the index of a refused event, -1: none. */
static void record_batch(struct record *r, struct help_batch *sealed, int refused)
{
    struct piece *p = add_piece(r);

    p->sealed = sealed;
    p->batch = (struct mu_audit_batch){.epoch = 1,
                                       .first_number = r->edge.size + 1,
                                       .accepted_at_ms = r->now_ms,
                                       .judge_version = 1,
                                       .seal = sealed->batch.seal,
                                       .items = p->items,
                                       .stored_leaves = p->stored};
    for (uint32_t i = 0; i < sealed->batch.seal.count; i++) {
        const struct mu_item *item = &sealed->items[i];
        struct mu_record log = {1, r->edge.size + 1, r->now_ms, 0, 1, item->leaf};

        if ((int)i == refused) {
            log.code = MU_E_BAD_VALUE;
            p->items[i] = (struct mu_audit_item){.code = log.code, .leaf = item->leaf};
        } else {
            p->items[i] = (struct mu_audit_item){.body = item->body};
        }
        p->stored[i] = mu_log_leaf(&log);
        mu_edge_add(&r->edge, &p->stored[i]);
    }
    r->now_ms += 1000;
}

static void record_checkpoint_of(struct record *r, const struct mu_edge *edge)
{
    struct piece *p = add_piece(r);
    struct mu_head head = {.epoch = 1, .size = edge->size};

    mu_edge_root(edge, &head.root);
    p->size = edge->size;
    assert_int_equal(mu_checkpoint_sign(&r->id, &head, r->log_key, p->note), MU_OK);
}

void walked_checkpoint(struct record *r)
{
    record_checkpoint_of(r, &r->edge);
}

void walked_says(struct record *r, struct help_author *author, unsigned count, int refused)
{
    struct mu_bytes bodies[8];

    for (unsigned i = 0; i < count; i++)
        bodies[i] = founded_report(&r->words, (unsigned)author->seal.first_sequence + i);
    record_batch(r, help_seal_bodies(author, bodies, NULL, count), refused);
}

static void enrols(struct record *r, uint8_t seed, const char *agency)
{
    struct mu_bytes body = founded_enrolment(&r->words, seed, agency, "", NULL);

    record_batch(r, help_seal_bodies(&r->admin, &body, NULL, 1), -1);
}

static void found(struct record *r)
{
    struct county_genesis g;
    struct help_batch *sealed;
    struct mu_bytes body;

    memset(r, 0, sizeof *r);
    r->words.arena = mu_arena_make((size_t)8 << 20);
    r->now_ms = COUNTY_START_MS;
    r->log_key = help_key(COUNTY_BROKER);
    county_genesis(&g);
    g.admin[0].agency = g.admin[1].agency = (char *)"ADMIN";
    body = help_packed(&g.event, &r->words.arena);
    help_author_open(&r->broker, COUNTY_BROKER, NULL, MU_LANE_ROUTINE);
    sealed = help_seal_bodies(&r->broker, &body, NULL, 1);
    r->id = sealed->items[0].leaf;
    record_batch(r, sealed, -1);
    r->broker.seal.origin = r->id;
    help_author_open(&r->admin, COUNTY_ADMIN, &r->id, MU_LANE_ROUTINE);
    help_author_open(&r->em, EM, &r->id, MU_LANE_ROUTINE);
    help_author_open(&r->ca, CA, &r->id, MU_LANE_ROUTINE);
}

int walked_make(void **state)
{
    struct record *r = malloc(sizeof *r);

    assert_non_null(r);
    found(r);
    enrols(r, EM, "EM");
    enrols(r, CA, "CA");
    walked_checkpoint(r);
    walked_says(r, &r->em, 5, -1);
    walked_says(r, &r->ca, 3, 1);
    walked_checkpoint(r);
    walked_says(r, &r->em, 4, -1);
    walked_says(r, &r->em, 1, -1);
    walked_checkpoint(r);
    walked_says(r, &r->ca, 3, -1);
    walked_says(r, &r->em, 3, -1);
    walked_checkpoint(r);
    assert_int_equal(r->pieces, CP_22 + 1);
    *state = r;
    return 0;
}

int walked_drop(void **state)
{
    struct record *r = *state;

    for (size_t i = 0; i < r->pieces; i++) {
        help_batch_free(&r->piece[i]->sealed);
        free(r->piece[i]);
    }
    help_author_close(&r->broker);
    help_author_close(&r->admin);
    help_author_close(&r->em);
    help_author_close(&r->ca);
    mu_key_close(&r->log_key);
    mu_arena_free(&r->words.arena);
    free(r);
    return 0;
}

static enum mu_err hear(void *user, const struct mu_entry *entry)
{
    struct record *r = user;

    r->told++;
    r->told_inside += entry->number >= r->told_from && entry->number <= r->told_to;
    return MU_OK;
}

static struct mu_bytes note_bytes(const struct piece *p)
{
    return (struct mu_bytes){(const uint8_t *)p->note, strlen(p->note)};
}

struct mu_audit_report walked_report(struct record *r)
{
    struct mu_audit_report report;
    mu_audit *audit;

    r->told = r->told_inside = 0;
    assert_int_equal(mu_audit_new(&audit), MU_OK);
    mu_audit_tell(audit, hear, r);
    for (size_t i = 0; i < r->pieces; i++) {
        struct piece *p = r->piece[i];

        if (p->sealed == NULL)
            mu_audit_checkpoint(audit, p->size, note_bytes(p));
        else
            assert_int_equal(mu_audit_batch(audit, &p->batch), MU_OK);
    }
    report = *mu_audit_report(audit);
    mu_audit_free(&audit);
    return report;
}

void walked_passes(struct record *r)
{
    struct mu_audit_report report = walked_report(r);
    struct mu_hash root;

    mu_edge_root(&r->edge, &root);
    assert_int_equal(report.damage_count, 0);
    assert_int_equal(report.head.size, r->edge.size);
    assert_int_equal(r->told, r->edge.size);
    assert_true(mu_hash_equal(&report.head.root, &root));
    assert_true(mu_hash_equal(&report.log, &r->id));
}

void walked_only(struct record *r, enum mu_damage_kind kind, uint64_t first, uint64_t last)
{
    struct mu_audit_report report = walked_report(r);

    if (report.damage_count != 1 || report.damage[0].kind != kind)
        for (size_t i = 0; i < report.damage_count; i++)
            fprintf(stderr, "# kind %d, %llu-%llu\n", (int)report.damage[i].kind,
                    (unsigned long long)report.damage[i].first,
                    (unsigned long long)report.damage[i].last);
    assert_int_equal(report.damage_count, 1);
    assert_int_equal(report.damage[0].kind, kind);
    assert_int_equal(report.damage[0].first, first);
    assert_int_equal(report.damage[0].last, last);
}

void walked_drop_piece(struct record *r, size_t at)
{
    help_batch_free(&r->piece[at]->sealed);
    free(r->piece[at]);
    r->pieces--;
    memmove(&r->piece[at], &r->piece[at + 1], (r->pieces - at) * sizeof r->piece[0]);
}

uint8_t *walked_body_of(struct piece *p, uint32_t index)
{
    return (uint8_t *)(uintptr_t)p->items[index].body.data;
}
