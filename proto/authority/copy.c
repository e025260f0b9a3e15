/* A working copy of a roster. Rows name each other by number, so they are copied as they lie; only keys
 * and the bodies of proposals are behind pointers. */
#include "proto/authority/inside.h"

#include <stdlib.h>

/* A copy of `count` rows; NULL with *err set when memory is out, NULL without for none. */
static void *copy_rows(const void *rows, size_t count, size_t room, size_t row_bytes,
                       enum mu_err *err)
{
    void *copy;

    if (room == 0)
        return NULL;
    copy = calloc(room, row_bytes);
    if (copy == NULL)
        *err = MU_E_NO_MEMORY;
    else if (count > 0)
        memcpy(copy, rows, count * row_bytes);
    return copy;
}

static enum mu_err copy_keys(const mu_roster *from, mu_roster *to)
{
    enum mu_err err = MU_OK;

    to->key = copy_rows(NULL, 0, from->key_room, sizeof *to->key, &err);
    for (; err == MU_OK && to->keys < from->keys; to->keys++) {
        to->key[to->keys] = from->key[to->keys];
        err = mu_verifier_copy(from->key[to->keys].verifier, &to->key[to->keys].verifier);
        if (err != MU_OK)
            break; /* this one is not ours to close */
    }
    return err;
}

static enum mu_err copy_proposals(const mu_roster *from, mu_roster *to)
{
    enum mu_err err = MU_OK;

    to->proposal = copy_rows(NULL, 0, from->proposal_room, sizeof *to->proposal, &err);
    for (; err == MU_OK && to->proposals < from->proposals; to->proposals++) {
        struct mu_proposal *p = &to->proposal[to->proposals];

        *p = from->proposal[to->proposals];
        p->body = copy_rows(p->body, p->body_size, p->body_size, 1, &err);
    }
    return err;
}

static enum mu_err copy_tables(const mu_roster *from, mu_roster *to)
{
    enum mu_err err = mu_index_copy(&from->by_agent, &to->by_agent);

    if (err == MU_OK)
        err = mu_index_copy(&from->by_curve, &to->by_curve);
    if (err == MU_OK)
        err = mu_index_copy(&from->by_key, &to->by_key);
    if (err == MU_OK)
        err = mu_index_copy(&from->by_agency, &to->by_agency);
    return err;
}

enum mu_err mu_roster_copy(const mu_roster *roster, mu_roster **out)
{
    mu_roster *copy = NULL;
    enum mu_err err = mu_roster_new(&copy);

    if (err != MU_OK)
        return err;
    *copy = *roster;
    memset(&copy->by_agent, 0, sizeof copy->by_agent);
    memset(&copy->by_curve, 0, sizeof copy->by_curve);
    memset(&copy->by_key, 0, sizeof copy->by_key);
    memset(&copy->by_agency, 0, sizeof copy->by_agency);
    copy->keys = copy->proposals = 0;
    copy->seat =
        copy_rows(roster->seat, roster->seats, roster->seat_room, sizeof *copy->seat, &err);
    copy->agency = copy_rows(roster->agency, roster->agencies, roster->agency_room,
                             sizeof *copy->agency, &err);
    copy->grant =
        copy_rows(roster->grant, roster->grants, roster->grant_room, sizeof *copy->grant, &err);
    copy->end = copy_rows(roster->end, roster->ends, roster->end_room, sizeof *copy->end, &err);
    copy->holding =
        copy_rows(roster->holding, roster->holdings, roster->holdings, sizeof *copy->holding, &err);
    copy->key = NULL;
    copy->proposal = NULL;
    if (err == MU_OK)
        err = copy_tables(roster, copy);
    if (err == MU_OK)
        err = copy_keys(roster, copy);
    if (err == MU_OK)
        err = copy_proposals(roster, copy);
    if (err != MU_OK)
        mu_roster_free(&copy);
    *out = copy;
    return err;
}
