package io.troupe.actors;

import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.TreeSet;

import io.troupe.cluster.ClusterException;
import io.troupe.transport.kryo.MessageRegistry;

/** Finds classes of a kind that nobody registered, when the node starts rather than when the first message fails. */
final class RegistrationCheck {
    private RegistrationCheck() {}

    static void check(Kind<?> kind, MessageRegistry registry) {
        Set<String> missing = new TreeSet<>();
        collect(kind.protocol(), registry, missing);
        Class<?> state = kind.stateType();
        if (state != null) {
            collect(state, registry, missing);
        }
        if (!missing.isEmpty()) {
            throw new ClusterException(
                    ClusterException.Code.UNREGISTERED,
                    kind + " uses classes that are not registered: " + missing
                            + "; add each to the message registry under an id of its own");
        }
    }

    /**
     * Leaves of sealed hierarchies must be registered; of an open type, as Object is, only what is concrete can be
     * checked.
     */
    private static void collect(Class<?> type, MessageRegistry registry, Set<String> missing) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, registry, missing);
            }
        }
        boolean concrete = type != Object.class && !type.isInterface() && !Modifier.isAbstract(type.getModifiers());
        if (concrete && !registry.contains(type)) {
            missing.add(type.getName());
        }
    }
}
