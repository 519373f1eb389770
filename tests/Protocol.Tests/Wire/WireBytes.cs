namespace PbKv.Protocol.Tests.Wire;

/// <summary>What the tests of the wire format have in common.</summary>
internal static class WireBytes
{
    public static Envelope Envelope(params Message[] messages) =>
        new(
            new NodeAddress("127.0.0.1:7001"),
            new NodeAddress("127.0.0.1:7002"),
            new Stamp(5, VectorClock.Empty),
            [.. messages]
        );

    public static Envelope Read(byte[] bytes) =>
        EnvelopeCodec.Read(bytes, new Texts(), text => Assert.Fail($"not understood: {text}"));

    public static Envelope Read(byte[] bytes, List<string> notUnderstood) =>
        EnvelopeCodec.Read(bytes, new Texts(), notUnderstood.Add);

    public static void AssertSame(IEnumerable<Message> expected, Envelope received) =>
        Assert.Equal(expected.Select(Fingerprint), received.Messages.Select(Fingerprint));

    public static ulong Fingerprint(Message message)
    {
        var fingerprint = new Fingerprint();
        message.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
