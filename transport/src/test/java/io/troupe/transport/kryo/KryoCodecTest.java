package io.troupe.transport.kryo;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.Messages.Address;
import io.troupe.transport.kryo.Messages.Circle;
import io.troupe.transport.kryo.Messages.Color;
import io.troupe.transport.kryo.Messages.Empty;
import io.troupe.transport.kryo.Messages.Everything;
import io.troupe.transport.kryo.Messages.Holder;
import io.troupe.transport.kryo.Messages.Letter;
import io.troupe.transport.kryo.Messages.Node;
import io.troupe.transport.kryo.Messages.Order;
import io.troupe.transport.kryo.Messages.Plain;
import io.troupe.transport.kryo.Messages.Positive;
import io.troupe.transport.kryo.Messages.Shape;
import io.troupe.transport.kryo.Messages.Square;
import io.troupe.transport.kryo.Messages.Unknown;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@SuppressWarnings({"JdkObsolete", "JavaUtilDate"}) // Users send what they have.
class KryoCodecTest {
    private final KryoCodec codec = new KryoCodec(Messages.registry());

    static Stream<Object> values() {
        return Stream.of(
                "text",
                "",
                "grün 漢字 \uD83D\uDE00",
                "x".repeat(10_000),
                1,
                -1L,
                2.5,
                2.5f,
                (short) 3,
                (byte) 4,
                'c',
                true,
                new byte[] {1, -2},
                new int[] {1, Integer.MIN_VALUE},
                new long[] {1, Long.MAX_VALUE},
                new double[] {0.5},
                new float[] {1f},
                new short[] {7},
                new char[] {'a'},
                new boolean[] {true, false},
                new String[] {"a", null, ""},
                new Object[] {1, "x", null},
                new Order[] {new Order(1, 2, 3, "s", (byte) 4)},
                new Shape[] {new Circle(1), null, new Square(2)},
                BigInteger.TEN.pow(50),
                BigDecimal.ZERO,
                new BigDecimal("-12.345"),
                new BigDecimal("1e400"),
                UUID.randomUUID(),
                URI.create("troupe://n1/x?y#z"),
                Optional.empty(),
                Optional.of("x"),
                OptionalInt.of(3),
                OptionalLong.of(4),
                OptionalDouble.of(5),
                BitSet.valueOf(new long[] {5, 9}),
                Currency.getInstance("EUR"),
                new Date(12345),
                TimeUnit.DAYS,
                Color.RED,
                Color.GREEN,
                Duration.ofNanos(-5),
                Instant.EPOCH,
                LocalDate.MAX,
                LocalTime.NOON,
                LocalDateTime.MIN,
                ZoneOffset.ofHours(3),
                ZoneId.of("Europe/Berlin"),
                OffsetTime.MAX,
                OffsetDateTime.MIN,
                ZonedDateTime.of(LocalDateTime.of(2026, 2, 3, 4, 5), ZoneId.of("America/New_York")),
                Year.of(2026),
                YearMonth.of(2026, 2),
                MonthDay.of(2, 29),
                Period.ofDays(3),
                DayOfWeek.MONDAY,
                Month.MAY,
                ChronoUnit.DAYS,
                new Empty(),
                new Holder(new Square(2)),
                new Plain(3, "p", new Circle(4)),
                new Letter(new Address("account", 42), "hi"),
                new Address("k", -1));
    }

    static Stream<Object> collections() {
        Map<Color, Integer> enumMap = new EnumMap<>(Map.of(Color.GREEN, 1));
        List<Object> withNull = new ArrayList<>(Arrays.asList(1, null, "x"));
        return Stream.of(
                withNull,
                new LinkedList<>(withNull),
                Arrays.asList(1, null),
                List.of(),
                List.of(1),
                List.of(1, 2),
                List.of(1, 2, 3),
                withNull.stream().toList(),
                Collections.emptyList(),
                Collections.singletonList(null),
                Collections.unmodifiableList(withNull),
                Collections.unmodifiableList(new LinkedList<>(withNull)),
                withNull.subList(0, 2),
                List.of(1, 2, 3).subList(1, 3),
                new CopyOnWriteArrayList<>(withNull),
                new HashSet<>(withNull),
                new LinkedHashSet<>(withNull),
                new CopyOnWriteArraySet<>(withNull),
                Set.of(),
                Set.of(1),
                Set.of(1, 2, 3),
                Collections.emptySet(),
                Collections.singleton("x"),
                Collections.unmodifiableSet(new HashSet<>(withNull)),
                new TreeSet<>(List.of(3, 1, 2)),
                new HashMap<>(Map.of("a", 1)),
                new LinkedHashMap<>(Map.of("a", 1)),
                Map.of(),
                Map.of(1, 2),
                Map.of(1, 2, 3, 4),
                Collections.emptyMap(),
                Collections.singletonMap(null, 1),
                Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2))),
                new ConcurrentHashMap<>(Map.of(1, 2)),
                new TreeMap<>(Map.of("b", 1, "a", 2)),
                enumMap,
                new EnumMap<>(Color.class),
                EnumSet.of(Color.GREEN),
                EnumSet.noneOf(Color.class),
                EnumSet.allOf(Color.class),
                List.of(new Empty(), new Empty(), new Empty()),
                List.of(List.of(Map.of("deep", Set.of(1)))));
    }

    @ParameterizedTest
    @MethodSource({"values", "collections"})
    void whatUsersSendComesBackEqualAndOfTheSameClass(Object message) {
        Object back = codec.decode(codec.encode(message));
        if (message.getClass().isArray()) {
            assertThat(java.util.Objects.deepEquals(back, message)).isTrue();
        } else {
            assertThat(back).isEqualTo(message);
        }
        if (!message.getClass().getName().contains("SubList")) {
            assertThat(back).hasSameClassAs(message);
        }
        DirectBuffer view = codec.encodeView(message);
        UnsafeBuffer offHeap = new UnsafeBuffer(ByteBuffer.allocateDirect(view.capacity() + 7));
        offHeap.putBytes(7, view, 0, view.capacity());
        int length = view.capacity();
        assertThat(codec.encode(codec.decode(offHeap, 7, length))).hasSize(length);
        assertThat(codec.classId(message)).isEqualTo(offHeap.getInt(7, java.nio.ByteOrder.LITTLE_ENDIAN));
    }

    @Test
    void queuesKeepTheirElementsAndTheirOrder() {
        PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.reverseOrder());
        queue.addAll(List.of(1, 3, 2));
        PriorityQueue<?> back = (PriorityQueue<?>) codec.decode(codec.encode(queue));
        assertThat(List.of(back.poll(), back.poll(), back.poll())).isEqualTo(List.of(3, 2, 1));
        TreeSet<Integer> reversed = new TreeSet<>(Comparator.reverseOrder());
        reversed.addAll(List.of(1, 3, 2));
        assertThat((TreeSet<?>) codec.decode(codec.encode(reversed))).hasToString("[3, 2, 1]");
        for (Collection<Integer> each : List.of(
                new ArrayDeque<>(List.of(1, 2)),
                new ConcurrentLinkedQueue<>(List.of(1, 2)),
                Collections.unmodifiableCollection(List.of(1, 2)))) {
            assertThat((Collection<?>) codec.decode(codec.encode(each)))
                    .hasToString("[1, 2]")
                    .hasSameClassAs(each);
        }
    }

    @Test
    void transientFieldsStayAtHome() {
        Plain back = (Plain) codec.decode(codec.encode(new Plain(1, "x", new Circle(1))));
        assertThat(back.cached).isZero();
    }

    @Provide
    Arbitrary<Everything> everything() {
        Arbitrary<Order> orders = Combinators.combine(
                        Arbitraries.longs(), Arbitraries.integers(), Arbitraries.doubles(), Arbitraries.strings())
                .as((id, quantity, price, sku) -> new Order(id, quantity, price, sku, (byte) quantity.intValue()));
        Arbitrary<Object> any = Arbitraries.oneOf(
                orders,
                Arbitraries.of(Color.class),
                Arbitraries.strings(),
                Arbitraries.integers().list());
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.doubles(),
                        Arbitraries.strings().injectNull(0.1),
                        any.injectNull(0.1),
                        orders.injectNull(0.2),
                        Arbitraries.strings().list().ofMaxSize(5),
                        Arbitraries.maps(Arbitraries.strings(), orders).ofMaxSize(3),
                        Arbitraries.longs().set().ofMaxSize(4))
                .as((number, real, text, object, order, list, map, set) -> new Everything(
                        number % 2 == 0,
                        number.byteValue(),
                        (char) number.intValue(),
                        number.shortValue(),
                        number.intValue(),
                        number,
                        real.floatValue(),
                        real,
                        text,
                        number % 3 == 0 ? null : 7,
                        number % 5 == 0 ? null : Color.GREEN,
                        object,
                        order,
                        list,
                        map,
                        set));
    }

    @Property(tries = 500)
    void anyRecordComesBackEqual(@ForAll("everything") Everything message) {
        assertThat(codec.decode(codec.encode(message))).isEqualTo(message);
    }

    @Test
    void anUnregisteredClassIsNamedWithTheRemedy() {
        for (Object message : List.of(new Unknown(1), new Node(new Unknown(1)), List.of(new Unknown(1)))) {
            assertThatThrownBy(() -> codec.encode(message))
                    .isInstanceOf(TransportException.class)
                    .hasMessage("class io.troupe.transport.kryo.Messages$Unknown is not registered: add it to the"
                            + " message registry under an id of its own from 1000 on (taken: 1000, 1001, 1002, 1003,"
                            + " 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011), the same on every node")
                    .extracting(failure -> ((TransportException) failure).code())
                    .isEqualTo(TransportException.Code.UNREGISTERED);
        }
    }

    @Test
    void aMessageThatNestsTooDeepOrContainsItselfIsRefused() {
        assertThat(codec.decode(codec.encode(nested(60)))).isEqualTo(nested(60));
        assertThatThrownBy(() -> codec.encode(nested(65)))
                .hasMessageContaining("Max depth exceeded")
                .hasMessageContaining("at most 64 deep");
        List<Object> selfish = new ArrayList<>();
        selfish.add(selfish);
        assertThatThrownBy(() -> codec.encode(selfish)).hasMessageContaining("at most 64 deep");
        assertThat(codec.decode(codec.encode("still fine"))).isEqualTo("still fine");
    }

    private static Node nested(int depth) {
        Node node = new Node(null);
        for (int i = 1; i < depth; i++) {
            node = new Node(node);
        }
        return node;
    }

    @Test
    void aMessageLongerThanTheLimitIsRefused() {
        KryoCodec small = new KryoCodec(Messages.registry(), 100);
        assertThatThrownBy(() -> small.encode(new byte[101]))
                .hasMessageContaining("longer than 100 bytes")
                .extracting(failure -> ((TransportException) failure).code())
                .isEqualTo(TransportException.Code.TOO_LARGE);
        assertThat(small.decode(small.encode(new byte[90]))).isEqualTo(new byte[90]);
    }

    @Test
    void aConstructorThatRefusesMakesTheBytesUndecodable() {
        byte[] bytes = codec.encode(new Positive(1));
        bytes[4] = 0;
        assertThatThrownBy(() -> codec.decode(bytes))
                .hasMessageContaining("value must be positive: 0")
                .extracting(failure -> ((TransportException) failure).code())
                .isEqualTo(TransportException.Code.UNDECODABLE);
    }
}
