package io.troupe.transport.kryo;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.troupe.transport.fuzz.GoldenBytes;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The bytes of messages, which nodes of two versions of a program send each other. */
class GoldenMessagesTest {
    static final String FILE = "messages-1.hex";

    private final KryoCodec codec = new KryoCodec(Messages.registry());

    private static Map<String, Object> messages() {
        Order order = new Order(1, -2, 3.5, "sku-4", (byte) 5);
        Map<String, Object> messages = new TreeMap<>();
        messages.put("order", order);
        messages.put("empty", new Empty());
        messages.put("nested", new Node(new Node(new Holder(new Circle(0.5)))));
        messages.put("plain", new Plain(7, "name", new Circle(2)));
        messages.put("letter", new Letter(new Address("shop", 9), "text"));
        messages.put("enum", Color.GREEN);
        messages.put("everything", everything(order));
        messages.put("nulls", everything(null));
        messages.put("array", new Order[] {order, null});
        messages.put("text", "grün 漢字 \uD83D\uDE00");
        messages.put("bytes", new byte[] {1, -2, 3});
        messages.put("ints", new int[] {1, Integer.MIN_VALUE});
        messages.put("longs", new long[] {1, Long.MAX_VALUE});
        messages.put("strings", new String[] {"a", null, ""});
        messages.put("list", new ArrayList<>(List.of(1, "x", 2L)));
        messages.put("immutable-list", List.of("a", "b", "c"));
        messages.put("sorted-map", new TreeMap<>(Map.of("a", 1, "b", 2)));
        messages.put("linked-map", new LinkedHashMap<>(Map.of("k", order)));
        messages.put("sorted-set", new TreeSet<>(List.of(3, 1, 2)));
        messages.put("enum-map", new EnumMap<>(Map.of(Color.RED, "r")));
        messages.put("enum-set", EnumSet.of(TimeUnit.DAYS, TimeUnit.HOURS));
        messages.put("big-integer", BigInteger.TEN.pow(30));
        messages.put("big-decimal", new BigDecimal("-12.345"));
        messages.put("uuid", new UUID(0x0102030405060708L, 0x1112131415161718L));
        messages.put("uri", URI.create("troupe://n1/x?y#z"));
        messages.put("optional", Optional.of("x"));
        messages.put("bits", BitSet.valueOf(new long[] {5, 9}));
        messages.put("duration", Duration.ofNanos(-5));
        messages.put("instant", Instant.ofEpochSecond(1_700_000_000L, 123));
        messages.put("date", LocalDate.of(2026, 11, 21));
        messages.put("zoned", ZonedDateTime.of(2026, 11, 21, 1, 2, 3, 4, ZoneOffset.ofHours(3)));
        return messages;
    }

    private static Everything everything(@Nullable Order order) {
        return order == null
                ? new Everything(
                        false, (byte) 0, 'c', (short) 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null)
                : new Everything(
                        true,
                        (byte) -1,
                        '漢',
                        (short) -300,
                        -70_000,
                        1L << 40,
                        1.5f,
                        -2.25,
                        "text",
                        17,
                        Color.BLUE,
                        "any",
                        order,
                        List.of("a", "b"),
                        Map.of("k", order),
                        Set.of(5L));
    }

    @Test
    void theBytesOfMessagesAreWhatTheyWere() {
        Map<String, byte[]> written = new TreeMap<>();
        messages().forEach((name, message) -> written.put(name, codec.encode(message)));
        new GoldenBytes(FILE).check(written);
    }

    @Test
    void bytesOfThenAreUnderstoodNow() {
        GoldenBytes golden = new GoldenBytes(FILE);
        messages()
                .forEach((name, message) -> assertThat(codec.decode(golden.get(name)))
                        .as(name)
                        .usingRecursiveComparison()
                        .ignoringFields("cached") // Transient.
                        .isEqualTo(message));
    }
}
