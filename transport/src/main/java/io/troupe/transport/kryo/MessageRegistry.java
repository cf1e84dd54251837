package io.troupe.transport.kryo;

import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.troupe.transport.TransportException;
import io.troupe.transport.spi.MessageCodec;
import org.jspecify.annotations.Nullable;

/**
 * Which classes may travel, and under which numbers. The numbers are part of the wire format: a class keeps its number
 * for ever, and a class whose fields change gets a new one. Immutable.
 *
 * <p>The JDK's values and collections are known without being added: strings, boxed primitives, arrays of them,
 * {@code java.time}, big numbers, {@code UUID}, {@code URI}, {@code Optional}, the usual collections and the
 * unmodifiable ones.
 */
public final class MessageRegistry {
    /** The lowest number for a user's class. */
    public static final int FIRST_ID = 1000;

    /** The lowest number for a class of Troupe's own; the ones below are the JDK's. */
    public static final int FIRST_RESERVED_ID = 200;

    private static final int MAX_IDS_IN_A_MESSAGE = 12;

    private final SortedMap<Integer, Entry<?>> entries;

    private MessageRegistry(SortedMap<Integer, Entry<?>> entries) {
        this.entries = entries;
    }

    /** One class: taken apart field by field if it has no codec. */
    record Entry<T>(int id, Class<T> type, @Nullable MessageCodec<T> codec) {}

    /**
     * Starts a registry.
     *
     * @return its builder
     */
    public static Builder builder() {
        return new Builder();
    }

    Iterable<Entry<?>> entries() {
        return entries.values();
    }

    /**
     * Whether messages of exactly this class can be sent.
     *
     * @param type the class
     * @return true if it was added, or is one of the JDK's that are known without being added
     */
    public boolean contains(Class<?> type) {
        return JdkTypes.isBuiltIn(type) || entries.values().stream().anyMatch(entry -> entry.type() == type);
    }

    /**
     * A text that two nodes share exactly if they know the same classes under the same numbers.
     *
     * @return SHA-256 in hexadecimal digits
     */
    public String fingerprint() {
        String table = entries.values().stream()
                .map(entry -> entry.id() + " " + entry.type().getName() + "\n")
                .collect(Collectors.joining());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(table.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    /** The answer to a message whose class nobody added. */
    TransportException unregistered(Class<?> type) {
        String taken = entries.keySet().stream()
                .filter(id -> id >= FIRST_ID)
                .limit(MAX_IDS_IN_A_MESSAGE)
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
        return new TransportException(
                TransportException.Code.UNREGISTERED,
                "class " + type.getName() + " is not registered: add it to the message registry under an id of its own"
                        + " from " + FIRST_ID + " on" + (taken.isEmpty() ? "" : " (taken: " + taken + ")")
                        + ", the same on every node");
    }

    /** Collects classes; {@link #build()} reports every error at once. */
    public static final class Builder {
        private final SortedMap<Integer, Entry<?>> entries = new TreeMap<>();
        private final Map<Class<?>, Integer> ids = new HashMap<>();
        private final List<String> errors = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a class whose record components or fields are written one by one. Of a sealed hierarchy the leaves are
         * added.
         *
         * @param id   its number, from {@link #FIRST_ID} on
         * @param type the class
         * @return this
         */
        public Builder add(int id, Class<?> type) {
            checkUserId(id, type);
            put(id, type, null);
            return this;
        }

        /**
         * Adds a class with a codec of its own.
         *
         * @param <T>   the class
         * @param id    its number, from {@link #FIRST_ID} on
         * @param type  the class
         * @param codec writes and reads it
         * @return this
         */
        public <T> Builder add(int id, Class<T> type, MessageCodec<T> codec) {
            checkUserId(id, type);
            put(id, type, codec);
            return this;
        }

        /**
         * Adds a class of Troupe's own layers.
         *
         * @param id   its number, from {@link #FIRST_RESERVED_ID} to below {@link #FIRST_ID}
         * @param type the class
         * @return this
         */
        public Builder addReserved(int id, Class<?> type) {
            checkReservedId(id, type);
            put(id, type, null);
            return this;
        }

        /**
         * Adds a class of Troupe's own layers with a codec.
         *
         * @param <T>   the class
         * @param id    its number, from {@link #FIRST_RESERVED_ID} to below {@link #FIRST_ID}
         * @param type  the class
         * @param codec writes and reads it
         * @return this
         */
        public <T> Builder addReserved(int id, Class<T> type, MessageCodec<T> codec) {
            checkReservedId(id, type);
            put(id, type, codec);
            return this;
        }

        /**
         * Adds all that another registry holds.
         *
         * @param other the other registry
         * @return this
         */
        public Builder addAll(MessageRegistry other) {
            other.entries.values().forEach(this::copy);
            return this;
        }

        private <T> void copy(Entry<T> entry) {
            put(entry.id(), entry.type(), entry.codec());
        }

        /**
         * Checks what was added.
         *
         * @return the registry
         * @throws TransportException {@code UNREGISTERED}, naming every class or number that cannot be used
         */
        public MessageRegistry build() {
            if (!errors.isEmpty()) {
                throw new TransportException(
                        TransportException.Code.UNREGISTERED, "message registry: " + String.join("; ", errors));
            }
            return new MessageRegistry(new TreeMap<>(entries));
        }

        private void checkUserId(int id, Class<?> type) {
            if (id < FIRST_ID) {
                errors.add(
                        "id " + id + " of class " + type.getName() + " is reserved: use one from " + FIRST_ID + " on");
            }
        }

        private void checkReservedId(int id, Class<?> type) {
            if (id < FIRST_RESERVED_ID || id >= FIRST_ID) {
                errors.add("id " + id + " of class " + type.getName() + " is not reserved: use one from "
                        + FIRST_RESERVED_ID + " to " + (FIRST_ID - 1));
            }
        }

        private <T> void put(int id, Class<T> type, @Nullable MessageCodec<T> codec) {
            String flaw = codec == null ? flaw(type) : null;
            if (flaw != null) {
                errors.add("class " + type.getName() + " " + flaw);
            } else if (JdkTypes.isBuiltIn(type)) {
                errors.add("class " + type.getName() + " is known without being added: leave it out");
            }
            Integer otherId = ids.putIfAbsent(type, id);
            if (otherId != null) {
                errors.add("class " + type.getName() + " is added as " + otherId + " and as " + id + ": keep one");
            }
            Entry<?> other = entries.putIfAbsent(id, new Entry<>(id, type, codec));
            if (other != null && other.type() != type) {
                errors.add("id " + id + " is given to class " + other.type().getName() + " and to class "
                        + type.getName() + ": give one of them another");
            }
        }

        /** Why no message can be of exactly this class, or cannot be rebuilt; null if it can. */
        private static @Nullable String flaw(Class<?> type) {
            // An enum whose constants have bodies counts as sealed and abstract, and is fine.
            boolean isAbstract = !type.isArray() && !type.isEnum() && Modifier.isAbstract(type.getModifiers());
            if (type.isSealed() && isAbstract) {
                String leaves = Arrays.stream(type.getPermittedSubclasses())
                        .map(Class::getName)
                        .collect(Collectors.joining(", "));
                return "is sealed: add its leaves instead (" + leaves + ")";
            }
            if (type.isPrimitive() || type.isAnnotation() || type == Object.class) {
                return "is no class of messages";
            }
            if (isAbstract) {
                return "is abstract: add the classes that extend it";
            }
            if (type.isHidden() || type.isAnonymousClass() || isLocal(type)) {
                return "is anonymous, local or a lambda: make it a class of its own";
            }
            if (!type.isRecord() && (Collection.class.isAssignableFrom(type) || Map.class.isAssignableFrom(type))) {
                return "is a collection with a meaning of its own: give it a MessageCodec";
            }
            if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
                return "is an inner class and would drag its outer object along: make it static";
            }
            return null;
        }

        private static boolean isLocal(Class<?> type) {
            return type.isLocalClass() && !type.isRecord() && !type.isEnum();
        }
    }
}
