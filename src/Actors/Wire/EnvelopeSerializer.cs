using Akka.Event;
using Akka.Serialization;

namespace PbKv.Actors.Wire;

/// <summary>
/// Envelopes to bytes and back, for Akka's remoting. Bytes that are no envelope become a <see cref="DamagedEnvelope"/>
/// rather than an exception, which would end the connection: the peer's next envelope may be a good one.
/// </summary>
internal sealed class EnvelopeSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Number = 20555;
    public const string EnvelopeManifest = "e";

    private readonly Texts _texts = new();
    private Action<string>? _notUnderstood;
    private ILoggingAdapter? _log;

    public override int Identifier => Number;

    /// <summary>
    /// Not before it is needed: Akka.NET makes serializers while the system is not ready to give a logger.
    /// </summary>
    private ILoggingAdapter Log => _log ??= Logging.GetLogger(base.system, nameof(EnvelopeSerializer));

    public override string Manifest(object o) => EnvelopeManifest;

    public override byte[] ToBinary(object obj) =>
        obj is Envelope envelope
            ? EnvelopeCodec.Write(envelope)
            : throw new ArgumentException(
                $"{obj?.GetType()} is no envelope, and nothing else goes from node to node",
                nameof(obj)
            );

    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (manifest != EnvelopeManifest)
            return Damaged($"manifest '{manifest}', known is '{EnvelopeManifest}'", bytes);
        try
        {
            return EnvelopeCodec.Read(bytes, _texts, _notUnderstood ??= NotUnderstood);
        }
        catch (WireFormatException damage)
        {
            return Damaged(damage.Message, bytes);
        }
    }

    private DamagedEnvelope Damaged(string text, byte[] bytes)
    {
        Log.Warning("an envelope of {0} bytes is dropped: {1}", bytes.Length, text);
        return new DamagedEnvelope(text);
    }

    private void NotUnderstood(string text) =>
        Log.Warning("{0} is answered Unsupported: its sender is of a later release", text);
}

/// <summary>What an actor receives in place of an envelope that nobody can read: nothing to do with it.</summary>
internal sealed record DamagedEnvelope(string Text);
