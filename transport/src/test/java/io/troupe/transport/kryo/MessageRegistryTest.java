package io.troupe.transport.kryo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.troupe.transport.TransportException;
import io.troupe.transport.kryo.Messages.Circle;
import io.troupe.transport.kryo.Messages.Order;
import io.troupe.transport.kryo.Messages.Shape;
import io.troupe.transport.kryo.Messages.Square;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MessageRegistryTest {
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("ClassCanBeStatic") // On purpose.
    final class Inner {}

    @Test
    void everyErrorIsReportedAtOnceAndNamesBothClasses() {
        MessageRegistry.Builder builder = MessageRegistry.builder()
                .add(1000, Order.class)
                .add(1000, Circle.class)
                .add(1001, Order.class)
                .add(7, Square.class)
                .addReserved(1000, Messages.Empty.class)
                .add(1005, Shape.class)
                .add(1006, Runnable.class)
                .add(1007, Names.class)
                .add(1008, Inner.class)
                .add(1009, String.class);
        assertThatThrownBy(builder::build)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("id 1000 is given to class " + Order.class.getName() + " and to class "
                        + Circle.class.getName())
                .hasMessageContaining("class " + Order.class.getName() + " is added as 1000 and as 1001")
                .hasMessageContaining("id 7 of class " + Square.class.getName() + " is reserved")
                .hasMessageContaining("id 1000 of class " + Messages.Empty.class.getName() + " is not reserved")
                .hasMessageContaining("is sealed: add its leaves instead (" + Circle.class.getName() + ", "
                        + Square.class.getName() + ")")
                .hasMessageContaining("class java.lang.Runnable is abstract")
                .hasMessageContaining("is a collection with a meaning of its own")
                .hasMessageContaining("is an inner class")
                .hasMessageContaining("class java.lang.String is known without being added")
                .extracting(failure -> ((TransportException) failure).code())
                .isEqualTo(TransportException.Code.UNREGISTERED);
    }

    @Test
    void aClassThatTheJdkKeepsClosedNeedsACodec() {
        MessageRegistry registry = MessageRegistry.builder()
                .add(1000, IllegalStateException.class)
                .add(1001, Thread.class)
                .build();
        assertThatThrownBy(() -> new KryoCodec(registry))
                .hasMessageContaining("class java.lang.IllegalStateException cannot be taken apart")
                .hasMessageContaining("class java.lang.Thread cannot be taken apart")
                .hasMessageContaining("give it a MessageCodec");
    }

    @Test
    void theFingerprintTellsRegistriesApart() {
        String one = MessageRegistry.builder()
                .add(1000, Order.class)
                .add(1001, Circle.class)
                .build()
                .fingerprint();
        String sameInOtherOrder = MessageRegistry.builder()
                .add(1001, Circle.class)
                .add(1000, Order.class)
                .build()
                .fingerprint();
        String swapped = MessageRegistry.builder()
                .add(1001, Order.class)
                .add(1000, Circle.class)
                .build()
                .fingerprint();
        assertThat(one).hasSize(64).isEqualTo(sameInOtherOrder).isNotEqualTo(swapped);
    }

    @Test
    void aRegistryKnowsItsClassesAndTheJdks() {
        MessageRegistry registry =
                MessageRegistry.builder().addAll(Messages.registry()).build();
        assertThat(registry.contains(Order.class)).isTrue();
        assertThat(registry.contains(String.class)).isTrue();
        assertThat(registry.contains(Messages.Unknown.class)).isFalse();
        assertThat(registry.fingerprint()).isEqualTo(Messages.registry().fingerprint());
    }

    @Test
    void noTwoBuiltInTypesShareANumberAndAllStayBelowTheReservedOnes() {
        Set<Integer> ids = new HashSet<>();
        Set<Class<?>> types = new HashSet<>();
        List<String> twice = new ArrayList<>();
        JdkTypes.forEach((id, type, serializer) -> {
            assertThat(id).isBetween(9, MessageRegistry.FIRST_RESERVED_ID - 1);
            if (!ids.add(id) || !types.add(type)) {
                twice.add(id + " " + type);
            }
        });
        assertThat(twice).isEmpty();
    }
}
