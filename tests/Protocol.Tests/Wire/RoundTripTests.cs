using Xunit.Abstractions;

namespace PbKv.Protocol.Tests.Wire;

public class RoundTripTests(ITestOutputHelper output)
{
    public static TheoryData<string> MessageTypes { get; } = new(AnyMessage.Types.Select(type => type.Name));

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Every_type_of_message_has_a_codec_and_survives_the_wire(string name)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var any = new AnyMessage(seed);
        var type = AnyMessage.Types.Single(candidate => candidate.Name == name);
        for (var i = 0; i < 500; i++)
        {
            var sent = any.WholeOf(type);
            var received = ThereAndBack(sent);
            Assert.Equal(type, received.GetType());
            Assert.Equal(WireBytes.Fingerprint(sent), WireBytes.Fingerprint(received));
        }
    }

    [Fact]
    public void Types_of_message_have_numbers_of_their_own()
    {
        var any = new AnyMessage(1);
        var numbers = AnyMessage.Types.Select(type => any.Of(type).Kind).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Fact]
    public void Two_messages_of_the_same_bytes_and_of_two_types_are_not_the_same()
    {
        Assert.Equal(WireBytes.Fingerprint(new StatusRequest(3)), WireBytes.Fingerprint(new StatusRequest(3)));
        Assert.NotEqual(WireBytes.Fingerprint(new StatusRequest(3)), WireBytes.Fingerprint(new Unsupported(3)));
    }

    [Fact]
    public void Envelopes_keep_sender_receiver_stamp_and_the_order_of_messages()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var any = new AnyMessage(seed);
        for (var i = 0; i < 2000; i++)
        {
            var sent = any.Envelope();
            var received = WireBytes.Read(EnvelopeCodec.Write(sent));
            Assert.Equal(sent.From, received.From);
            Assert.Equal(sent.To, received.To);
            Assert.Equal(sent.Stamp, received.Stamp);
            WireBytes.AssertSame(sent.Messages, received);
            Assert.Equal(Envelope.DefaultCluster, received.Cluster);
            Assert.Equal("blue", WireBytes.Read(EnvelopeCodec.Write(sent with { Cluster = "blue" })).Cluster);
        }
    }

    [Fact]
    public void Keys_and_values_are_slices_of_what_was_received()
    {
        var batch = new Batch(7, 1, [new Operation(OperationKind.Put, 1, Bytes.Utf8("key"), Bytes.Utf8("value"))]);
        var bytes = EnvelopeCodec.Write(WireBytes.Envelope(new Request(GroupName.Default, ViewId.None, 1, batch)));
        var received = ((Request)WireBytes.Read(bytes).Messages[0]).Batch.Operations[0].Value;
        bytes[bytes.AsSpan().IndexOf("value"u8)] = (byte)'V';
        Assert.Equal("Value", received.ToString());
    }

    [Fact]
    public void A_received_batch_is_sent_on_as_it_came_and_a_changed_one_anew()
    {
        var batch = new Batch(7, 1, [new Operation(OperationKind.Put, 1, Bytes.Utf8("key"), Bytes.Utf8("value"))]);
        var received = ((Request)ThereAndBack(new Request(GroupName.Default, ViewId.None, 1, batch))).Batch;
        Assert.False(received.Encoded.Bytes.IsEmpty);
        var onward = (Forward)ThereAndBack(new Forward(ViewId.None, 1, 1, -1, [received, received]));
        Assert.Equal(
            WireBytes.Fingerprint(new Forward(ViewId.None, 1, 1, -1, [batch, batch])),
            WireBytes.Fingerprint(onward)
        );

        var changed = received with { Floor = 9 };
        Assert.True(changed.Encoded.Bytes.IsEmpty);
        var again = (Forward)ThereAndBack(new Forward(ViewId.None, 1, 1, -1, [changed]));
        Assert.Equal(9, again.Batches[0].Floor);
    }

    [Fact]
    public void Where_a_batch_came_from_does_not_tell_two_apart()
    {
        var batch = new Batch(7, 1, []);
        Assert.Equal(batch, batch with { Encoded = new EncodedForm(Bytes.Utf8("x")) });
    }

    [Fact]
    public void A_put_of_a_small_value_costs_few_bytes()
    {
        var batch = new Batch(
            123456,
            999_999,
            [new Operation(OperationKind.Put, 1_000_000, new Bytes(new byte[16]), new Bytes(new byte[100]))]
        );
        var alone = EnvelopeCodec.Write(WireBytes.Envelope(new Forward(ViewId.None, 1000, 1000, 0, [batch]))).Length;
        var two = EnvelopeCodec
            .Write(WireBytes.Envelope(new Forward(ViewId.None, 1000, 1000, 0, [batch, batch])))
            .Length;
        Assert.InRange(two - alone, 116, 116 + 20);
    }

    private static Message ThereAndBack(Message message) =>
        Assert.Single(WireBytes.Read(EnvelopeCodec.Write(WireBytes.Envelope(message))).Messages);
}
