package io.troupe.transport.kryo;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.troupe.transport.spi.MessageCodec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Messages as users write them. */
final class Messages {
    private Messages() {}

    record Order(long id, int quantity, double price, String sku, byte flags) {}

    record Everything(
            boolean a,
            byte b,
            char c,
            short d,
            int e,
            long f,
            float g,
            double h,
            @Nullable String text,
            @Nullable Integer boxed,
            @Nullable Color color,
            @Nullable Object any,
            @Nullable Order nested,
            @Nullable List<String> list,
            @Nullable Map<String, Order> map,
            @Nullable Set<Long> set) {}

    record Empty() {}

    record Node(@Nullable Object next) {}

    record Positive(int value) {
        Positive {
            if (value <= 0) {
                throw new IllegalArgumentException("value must be positive: " + value);
            }
        }
    }

    record Unknown(int value) {}

    record Holder(Shape shape) {}

    sealed interface Shape {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    enum Color {
        RED,
        GREEN {
            @Override
            boolean isCalm() {
                return true;
            }
        },
        BLUE;

        boolean isCalm() {
            return false;
        }
    }

    static class Parent {
        private final int inherited;

        Parent(int inherited) {
            this.inherited = inherited;
        }

        int inherited() {
            return inherited;
        }
    }

    /** No constructor without arguments, final fields, a transient one. */
    static final class Plain extends Parent {
        final String name;
        final Shape shape;
        transient int cached = 5;

        Plain(int inherited, String name, Shape shape) {
            super(inherited);
            this.name = name;
            this.shape = shape;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Plain plain
                    && plain.inherited() == inherited()
                    && plain.name.equals(name)
                    && plain.shape.equals(shape);
        }

        @Override
        public int hashCode() {
            return Objects.hash(inherited(), name, shape);
        }
    }

    /** Travels through a codec of its own. */
    record Address(String kind, long id) {}

    record Letter(Address to, String text) {}

    static final class AddressCodec implements MessageCodec<Address> {
        @Override
        public int encode(Address message, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, message.id());
            return 8 + buffer.putStringWithoutLengthAscii(offset + 8, message.kind());
        }

        @Override
        public Address decode(DirectBuffer buffer, int offset, int length) {
            String kind = buffer.getStringWithoutLengthAscii(offset + 8, length - 8);
            return new Address(kind, buffer.getLong(offset));
        }
    }

    static MessageRegistry registry() {
        return MessageRegistry.builder()
                .add(1000, Order.class)
                .add(1001, Everything.class)
                .add(1002, Empty.class)
                .add(1003, Node.class)
                .add(1004, Positive.class)
                .add(1005, Holder.class)
                .add(1006, Circle.class)
                .add(1007, Square.class)
                .add(1008, Color.class)
                .add(1009, Plain.class)
                .add(1010, Letter.class)
                .add(1011, Order[].class)
                .add(Integer.MAX_VALUE, Shape[].class)
                .addReserved(200, Address.class, new AddressCodec())
                .build();
    }
}
