package io.troupe.transport.kryo;

import java.util.Map;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.EnumSerializer;

/** One Kryo, for one thread, with everything closed that need not be open. */
final class MessageKryo extends Kryo {
    /** How deep a message may nest. Deeper ones could overflow the stack, which can damage the JVM for good. */
    static final int MAX_DEPTH = 64;

    private final MessageRegistry registry;

    MessageKryo(MessageRegistry registry, Map<Class<?>, StructSerializer> structs) {
        // No reference resolver: a message is a tree.
        super(new NumberedClassResolver(), null);
        this.registry = registry;
        setRegistrationRequired(true);
        setMaxDepth(MAX_DEPTH);
        // Kryo keeps a stack for generics that an exception leaves unbalanced; none of our serializers needs it.
        setOptimizedGenerics(false);
        JdkTypes.register(this);
        for (MessageRegistry.Entry<?> entry : registry.entries()) {
            register(entry.type(), serializer(entry, structs), entry.id());
        }
    }

    private static <T> Serializer<?> serializer(
            MessageRegistry.Entry<T> entry, Map<Class<?>, StructSerializer> structs) {
        Class<T> type = entry.type();
        if (entry.codec() != null) {
            return new CodecSerializer<>(type, entry.codec());
        }
        if (type.isEnum()) {
            return new EnumSerializer(type.asSubclass(Enum.class));
        }
        if (type.isArray()) {
            return new ArraySerializer(type.getComponentType());
        }
        StructSerializer struct = structs.get(type);
        if (struct == null) {
            throw new IllegalStateException("no plan was made for " + type);
        }
        return struct;
    }

    /** Kryo wants a text for an exception that does not know our remedy, so ours is thrown from here. */
    @Override
    @SuppressWarnings("rawtypes") // As in Kryo's signature.
    protected String unregisteredClassMessage(Class type) {
        throw registry.unregistered(type);
    }
}
