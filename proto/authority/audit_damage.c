/* The damage an audit names: neighbours of one kind as one, and what turns out to be something else. */
#include "proto/authority/audit_inside.h"

static struct mu_damage *last_damage(mu_audit *audit)
{
    struct mu_audit_report *report = &audit->report;

    if (report->damage_count == 0 || report->damage_count > MU_DAMAGE_MAX)
        return NULL;
    return &report->damage[report->damage_count - 1];
}

void mu_audit_blame(mu_audit *audit, enum mu_damage_kind kind, uint64_t first, uint64_t last)
{
    struct mu_audit_report *report = &audit->report;
    struct mu_damage *before = last_damage(audit);

    audit->blames++;
    if (before != NULL && before->kind == kind && kind != MU_DAMAGE_CHECKPOINT &&
        before->last + 1 == first) {
        before->last = last;
        return;
    }
    if (report->damage_count < MU_DAMAGE_MAX)
        report->damage[report->damage_count] = (struct mu_damage){kind, first, last};
    report->damage_count++;
}

void mu_audit_blame_place(mu_audit *audit, uint64_t first, uint64_t last)
{
    struct mu_damage *before = last_damage(audit);

    if (before != NULL && before->kind == MU_DAMAGE_MISSING && before->first == first &&
        before->last == last)
        before->kind = MU_DAMAGE_PLACE;
    else
        mu_audit_blame(audit, MU_DAMAGE_PLACE, first, last);
}

void mu_audit_blame_cut(mu_audit *audit, uint64_t size)
{
    uint64_t next = mu_audit_next(audit);
    struct mu_damage *before = last_damage(audit);

    if (size < next)
        size = next;
    if (before != NULL && before->kind == MU_DAMAGE_CUT && before->first == next)
        before->last = size > before->last ? size : before->last;
    else
        mu_audit_blame(audit, MU_DAMAGE_CUT, next, size);
}

void mu_audit_take_back_cut(mu_audit *audit, uint64_t comes)
{
    struct mu_damage *before = last_damage(audit);

    if (before == NULL || before->kind != MU_DAMAGE_CUT)
        return;
    if (comes > before->first)
        audit->report.damage_count--;
    else
        before->kind = MU_DAMAGE_CHECKPOINT;
}
