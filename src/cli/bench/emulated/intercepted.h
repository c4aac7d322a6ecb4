/* SPDX-License-Identifier: Apache-2.0 */
/* What a call costs that another program stands for, by the two ways that the kernel has. */
#ifndef INTERCEPTED_H
#define INTERCEPTED_H

/* Microseconds; negative where this is forbidden. */
double cost_of_notification(void);
double cost_of_ptrace(void);

#endif
