/* Who fetches the injured of one scene, by which way, to which beds: proposed, never ordered.
 *
 *   red               one ambulance each, from whoever is there first by roads that are open when they
 *                     are driven; to counted intensive-care beds, nearest first
 *   yellow and green  to counted general beds, nearest first, whoever drives them
 *   not counted       beds by a figure that is too old: somebody is to ask
 *
 * The county's limits "turnout_min" (5 without one) and "on_scene_min" (15) give departure and stay; whole
 * minutes, rounded up.
 */
#ifndef MU_RULES_DISPATCH_H
#define MU_RULES_DISPATCH_H

#include "proto/base/arena.h"
#include "proto/picture/picture.h"
#include "proto/rules/roads.h"

/* The proposal for one scene as the picture stands; NULL when nobody waits there. Lent by `arena`, names
 * and times in it are its own. Stops the process when memory is out (see proto/rules/judge.h). */
Muster__DispatchProposal *mu_dispatch_propose(const mu_picture *picture, struct mu_roads *roads,
                                              const struct mu_object *casualty, mu_arena *arena);

/* What it proposes and warns of, a line each, without the times that change by themselves. */
void mu_dispatch_lines(const Muster__DispatchProposal *proposal, struct mu_text *out);
/* One warning of it, without a line's end. */
void mu_dispatch_warning(const Muster__Sentence *warning, struct mu_text *out);
/* Whether `next` has a line that `last` has not: only then it is worth saying. */
bool mu_dispatch_is_news(const char *last, const char *next);

/* The journey as an operation: drive out, treat and load, drive to the beds. Patients for whom no bed was
 * counted are brought where the journey ends, so that somebody keeps asking for one. NULL for a journey
 * without ambulances. Lent by `arena`, with names of the proposal. */
Muster__OperationPlan *mu_dispatch_plan(const Muster__DispatchProposal *proposal, size_t journey,
                                        mu_arena *arena);
/* What such a plan must cite to be cleared: the current version of all it must be coordinated with, by
 * name, each once. Lent by `arena`. */
Muster__Ref **mu_dispatch_cites(const mu_picture *picture, const Muster__Event *plan,
                                mu_arena *arena, size_t *count);

/* "DP-CS-YJ": the object a scene's proposals are versions of. */
void mu_dispatch_name(const struct mu_object *casualty, struct mu_text *out);

#endif
