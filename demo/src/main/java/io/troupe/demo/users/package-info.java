/**
 * The users of shopping malls: a service of durable entities, a saga and reminders, without a database.
 * It knows the actors and nothing of how the demo starts nodes or loads them.
 * Start at {@link io.troupe.demo.users.Users}, then User.
 */
@NullMarked
package io.troupe.demo.users;

import org.jspecify.annotations.NullMarked;
