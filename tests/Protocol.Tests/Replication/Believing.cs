namespace PbKv.Protocol.Tests.Replication;

/// <summary>A copy of a server that takes whatever its primary sends for what its primary has.</summary>
internal sealed class Believing(ReplicaNode other) : ReplicaNode(other)
{
    private protected override bool ComparesCopies => false;

    /// <summary>A forward that the test made, with the digest that it should have had for this backup.</summary>
    public static Forward WithDigest(ReplicaNode backup, Forward forward)
    {
        var copy = new Believing(backup);
        copy.Handle(backup.View.Primary!.Value.Address, forward, new Effects());
        return forward with { Digest = forward.DigestWith(copy.Digest) };
    }
}
