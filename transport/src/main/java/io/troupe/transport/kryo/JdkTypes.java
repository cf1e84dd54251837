package io.troupe.transport.kryo;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
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
import java.util.BitSet;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.ByteArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.CharArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.DoubleArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.FloatArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.IntArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.LongArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultArraySerializers.ShortArraySerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.BigDecimalSerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.BigIntegerSerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.BitSetSerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.CurrencySerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.DateSerializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.EnumSerializer;
import com.esotericsoftware.kryo.serializers.OptionalSerializers;
import com.esotericsoftware.kryo.serializers.TimeSerializers;

/**
 * The JDK's classes that need no registration, under numbers below {@link MessageRegistry#FIRST_RESERVED_ID}: part of
 * the wire format. Numbers 0 to 8 are Kryo's own, for strings and primitives.
 */
final class JdkTypes {
    private static final int FIRST_ARRAY = 10;
    private static final int FIRST_VALUE = 30;
    private static final int FIRST_TIME = 50;
    private static final int FIRST_COLLECTION = 80;

    /** Kryo registers these by itself. */
    private static final List<Class<?>> KRYOS_OWN = List.of(
            String.class,
            Integer.class,
            Float.class,
            Boolean.class,
            Byte.class,
            Character.class,
            Short.class,
            Long.class,
            Double.class);

    private static final Set<Class<?>> BUILT_IN = builtIn();

    private JdkTypes() {}

    /** Where the classes go. */
    interface Target {
        void add(int id, Class<?> type, Serializer<?> serializer);
    }

    static boolean isBuiltIn(Class<?> type) {
        return BUILT_IN.contains(type);
    }

    private static Set<Class<?>> builtIn() {
        Set<Class<?>> types = new HashSet<>(KRYOS_OWN);
        forEach((id, type, serializer) -> types.add(type));
        return types;
    }

    static void register(Kryo kryo) {
        forEach((id, type, serializer) -> kryo.register(type, serializer, id));
    }

    static void forEach(Target target) {
        arrays(target);
        values(target);
        times(target);
        JdkCollections.addAll(FIRST_COLLECTION, target);
    }

    private static void arrays(Target target) {
        int id = FIRST_ARRAY;
        target.add(id++, byte[].class, new ByteArraySerializer());
        target.add(id++, int[].class, new IntArraySerializer());
        target.add(id++, long[].class, new LongArraySerializer());
        target.add(id++, double[].class, new DoubleArraySerializer());
        target.add(id++, float[].class, new FloatArraySerializer());
        target.add(id++, short[].class, new ShortArraySerializer());
        target.add(id++, char[].class, new CharArraySerializer());
        target.add(id++, boolean[].class, new ValueSerializers.OfBooleans());
        target.add(id++, String[].class, new ArraySerializer(String.class));
        target.add(id, Object[].class, new ArraySerializer(Object.class));
    }

    private static void values(Target target) {
        int id = FIRST_VALUE;
        target.add(id++, BigInteger.class, new BigIntegerSerializer());
        target.add(id++, BigDecimal.class, new BigDecimalSerializer());
        target.add(id++, UUID.class, new ValueSerializers.OfUuid());
        target.add(id++, URI.class, new ValueSerializers.OfUri());
        target.add(id++, Optional.class, new OptionalSerializers.OptionalSerializer());
        target.add(id++, OptionalInt.class, new OptionalSerializers.OptionalIntSerializer());
        target.add(id++, OptionalLong.class, new OptionalSerializers.OptionalLongSerializer());
        target.add(id++, OptionalDouble.class, new OptionalSerializers.OptionalDoubleSerializer());
        target.add(id++, BitSet.class, new BitSetSerializer());
        target.add(id++, Currency.class, new CurrencySerializer());
        target.add(id++, Date.class, new DateSerializer());
        target.add(id++, TimeUnit.class, new EnumSerializer(TimeUnit.class));
        target.add(id++, EnumMap.class, new EnumCollections.OfMap<EnumCollections.Any>());
        target.add(id, EnumSet.class, new EnumCollections.OfSet<EnumCollections.Any>());
    }

    private static void times(Target target) {
        int id = FIRST_TIME;
        target.add(id++, Duration.class, new TimeSerializers.DurationSerializer());
        target.add(id++, Instant.class, new TimeSerializers.InstantSerializer());
        target.add(id++, LocalDate.class, new TimeSerializers.LocalDateSerializer());
        target.add(id++, LocalTime.class, new TimeSerializers.LocalTimeSerializer());
        target.add(id++, LocalDateTime.class, new TimeSerializers.LocalDateTimeSerializer());
        target.add(id++, ZoneOffset.class, new TimeSerializers.ZoneOffsetSerializer());
        // The class of a zone with a name is the JDK's secret; an instance tells it.
        target.add(id++, ZoneId.of("Europe/Paris").getClass(), new TimeSerializers.ZoneIdSerializer());
        target.add(id++, OffsetTime.class, new TimeSerializers.OffsetTimeSerializer());
        target.add(id++, OffsetDateTime.class, new TimeSerializers.OffsetDateTimeSerializer());
        target.add(id++, ZonedDateTime.class, new TimeSerializers.ZonedDateTimeSerializer());
        target.add(id++, Year.class, new TimeSerializers.YearSerializer());
        target.add(id++, YearMonth.class, new TimeSerializers.YearMonthSerializer());
        target.add(id++, MonthDay.class, new TimeSerializers.MonthDaySerializer());
        target.add(id++, Period.class, new TimeSerializers.PeriodSerializer());
        target.add(id++, DayOfWeek.class, new EnumSerializer(DayOfWeek.class));
        target.add(id++, Month.class, new EnumSerializer(Month.class));
        target.add(id, ChronoUnit.class, new EnumSerializer(ChronoUnit.class));
    }
}
