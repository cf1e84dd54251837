package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.transport.kryo.MessageRegistry;
import io.troupe.transport.spi.MessageCodec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lets the addresses of actors travel in messages and be kept in states. What is read is an address in the system that
 * reads it, which is attached before anything is sent. Any thread.
 */
final class Addresses {
    private static final int ANSWER_ID = 208;
    private static final int ENTITY_ID = 209;
    private static final int LOCAL_ID = 210;
    private static final int LOCAL_ANSWER_ID = 211;

    private volatile @Nullable ClusterActorSystem system;

    private Addresses() {}

    static Addresses register(MessageRegistry.Builder classes) {
        Addresses addresses = new Addresses();
        classes.addReserved(ANSWER_ID, type(RemoteReplyPid.class), new RemoteReplyPid.Codec(addresses))
                .addReserved(ENTITY_ID, type(EntityPid.class), addresses.new Entities())
                .addReserved(LOCAL_ID, type(LocalPid.class), new Local<>())
                .addReserved(LOCAL_ANSWER_ID, type(LocalReplyPid.class), new Local<>());
        return addresses;
    }

    /** Of actors of no matter which messages. */
    @SuppressWarnings("unchecked")
    private static <P extends Pid<?>> Class<P> type(Class<?> raw) {
        return (Class<P>) raw;
    }

    void attach(ClusterActorSystem reader) {
        system = reader;
    }

    /** {@return the system of whatever is read} */
    ClusterActorSystem reader() {
        return Objects.requireNonNull(system);
    }

    /**
     * The address of an entity: the guarantee that it was spawned with (1; 0 for none), length of the kind's name (1),
     * the name, the id, both in UTF-8.
     */
    private final class Entities implements MessageCodec<EntityPid<?>> {
        private static final int HEADER_LENGTH = 2;
        /** By their codes. */
        private static final List<DeliveryGuarantee> GUARANTEES = List.of(
                DeliveryGuarantee.AT_MOST_ONCE, DeliveryGuarantee.AT_LEAST_ONCE, DeliveryGuarantee.EXACTLY_ONCE);

        @Override
        public int encode(EntityPid<?> pid, MutableDirectBuffer buffer, int offset) {
            DeliveryGuarantee usual = pid.usual();
            byte[] kind = pid.kind().name().getBytes(StandardCharsets.UTF_8);
            byte[] id = pid.actorId().getBytes(StandardCharsets.UTF_8);
            buffer.putByte(offset, (byte) (usual == null ? 0 : 1 + GUARANTEES.indexOf(usual)));
            buffer.putByte(offset + 1, (byte) kind.length);
            buffer.putBytes(offset + HEADER_LENGTH, kind);
            buffer.putBytes(offset + HEADER_LENGTH + kind.length, id);
            return HEADER_LENGTH + kind.length + id.length;
        }

        @Override
        public EntityPid<?> decode(DirectBuffer buffer, int offset, int length) {
            int usual = length < HEADER_LENGTH ? -1 : buffer.getByte(offset);
            int kindLength = length < HEADER_LENGTH ? -1 : buffer.getByte(offset + 1) & 0xFF;
            if (usual < 0 || usual > GUARANTEES.size() || kindLength > length - HEADER_LENGTH) {
                throw new IllegalArgumentException("the address of an entity has " + length + " bytes, guarantee "
                        + usual + " and a kind of " + kindLength + " bytes, which cannot be");
            }
            byte[] kind = new byte[kindLength];
            byte[] id = new byte[length - HEADER_LENGTH - kindLength];
            buffer.getBytes(offset + HEADER_LENGTH, kind);
            buffer.getBytes(offset + HEADER_LENGTH + kindLength, id);
            return reader().address(
                            new String(kind, StandardCharsets.UTF_8),
                            new String(id, StandardCharsets.UTF_8),
                            usual == 0 ? null : GUARANTEES.get(usual - 1));
        }
    }

    /** The address of something that only its own process can reach. */
    private static final class Local<P extends Pid<?>> implements MessageCodec<P> {
        @Override
        public int encode(P pid, MutableDirectBuffer buffer, int offset) {
            throw new IllegalArgumentException(pid
                    + (pid instanceof ReplyPid<?> ? " is the address for an answer to" : " is the address of")
                    + " an actor of this process alone, which nobody else can reach: send that of an entity");
        }

        @Override
        public P decode(DirectBuffer buffer, int offset, int length) {
            throw new IllegalArgumentException("an address of another process cannot be read: nobody writes one");
        }
    }
}
