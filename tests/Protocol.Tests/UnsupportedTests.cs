namespace PbKv.Protocol.Tests;

public class UnsupportedTests
{
    private static readonly NodeAddress Peer = new("peer");

    public static TheoryData<Node> Nodes { get; } =
    [
        new ViewServiceNode(new("vs"), ProtocolSettings.Default, new ClusterId(7), null),
        new ReplicaNode(new(new("a"), 1), [new("vs")], GroupName.Default, ProtocolSettings.Default),
        new ClerkNode(new("c"), [new("vs")], GroupName.Default, ProtocolSettings.Default),
    ];

    [Theory]
    [MemberData(nameof(Nodes))]
    public void That_a_peer_does_not_understand_is_said_and_not_answered(Node node)
    {
        var effects = new Effects();
        node.Handle(Peer, new Unsupported(199), effects);
        Assert.Empty(effects.Messages);
        Assert.Contains("199", Assert.Single(effects.Notices).Text);
    }
}
