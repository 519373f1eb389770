using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Scenarios;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Cluster;

/// <summary>A bad network between a node and its peers, by seed: loses, repeats, delays and so reorders envelopes.</summary>
internal sealed class FaultyOutbox(IOutbox outbox, int seed, double lose, double repeat, TimeSpan longest) : IOutbox
{
    private readonly Random _random = new(seed);

    public static NodeHooks Hooks(int seed, double lose = 0.05, double repeat = 0.05, double longestMs = 5) =>
        new(outbox => new FaultyOutbox(outbox, seed, lose, repeat, TimeSpan.FromMilliseconds(longestMs)));

    public void Send(Envelope envelope)
    {
        if (_random.NextDouble() < lose) return;
        Later(envelope);
        if (_random.NextDouble() < repeat) Later(envelope);
    }

    private void Later(Envelope envelope) => Network.Later(longest * _random.NextDouble(), () => outbox.Send(envelope));
}
