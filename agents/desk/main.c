/* muster-desk: an agency's desk when no person looks. It follows everything the agency may read and says
 * nothing but receipts: that this much of the record has reached this machine.
 *
 * Departments whose program follows only its own kinds, and desks where people only type commands, run
 * it on the one machine that was enrolled as the agency's desk. What it was handed it need not keep:
 * the receipt, signed after its own commit, is what counts.
 */
#include "agents/sdk/responder.h"

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    (void)user;
    (void)entry;
    return MU_OK;
}

static enum mu_err answer(void *user, mu_responder *responder, const struct mu_entry *entry)
{
    (void)user;
    (void)responder;
    (void)entry;
    return MU_OK;
}

int main(int argc, char **argv)
{
    const struct mu_responder_plan plan = {
        .program = "muster-desk",
        .about = "States what of the record has reached its agency's desk.",
        .about_zh = "声明记录已有哪些内容送达本单位值班台。",
        .filter = "",
        .fold = fold,
        .answer = answer,
    };

    return mu_responder_run(&plan, argc, argv);
}
