/* What each role may publish, unless a county's role map says otherwise (docs: proto/authority/roles.c,
 * the table). Only for proto/authority. */
#ifndef MU_AUTHORITY_ROLES_H
#define MU_AUTHORITY_ROLES_H

#include "proto/authority/kinds.h"

#define MU_ROLE_ADMIN "admin"

bool mu_role_known(const char *role);
/* Adds the role's kinds to `kinds`; none for a role that is not known. */
void mu_role_kinds(const char *role, struct mu_kinds *kinds);

#endif
