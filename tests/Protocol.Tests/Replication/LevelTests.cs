using PbKv.Checking;

namespace PbKv.Protocol.Tests.Replication;

public class LevelTests
{
    private static readonly NodeAddress ViewService = new("vs");

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void A_view_has_the_lowest_level_of_its_servers_and_of_its_view_service(
        bool service,
        bool primary,
        bool backup
    )
    {
        var settings = NextBuild.Or(ProtocolSettings.Default, service);
        var node = new ViewServiceNode(ViewService, settings, new ClusterId(7), null);
        var effects = new Effects();
        node.Start(effects);
        for (var tick = 0; tick < 2 * settings.DeadPings; tick++)
        {
            node.Handle(new("a"), Ping("a", node, primary), effects);
            node.Handle(new("b"), Ping("b", node, backup), effects);
            node.OnTimer(new ViewServiceTick(), effects);
        }
        Assert.Equal("b", node.View.Backup?.Address.Value);
        Assert.Equal(service && primary && backup ? NextBuild.Level : Features.OfThisBuild.Level, node.View.Level);
    }

    [Fact]
    public void A_server_does_not_enter_a_view_above_its_level()
    {
        var id = new ServerId(new("a"), 1);
        var node = new ReplicaNode(id, [ViewService], GroupName.Default, ProtocolSettings.Default);
        var effects = new Effects();
        node.Handle(
            ViewService,
            new ViewNews(new View(new ClusterId(7), 1, id, null, Level: NextBuild.Level), false),
            effects
        );
        Assert.Equal(0, node.View.Number);
        Assert.Contains(effects.Notices, notice => notice.Kind == NoticeKind.Refused);
    }

    [Fact]
    public void An_operation_of_an_unknown_kind_is_answered_unsupported_also_where_a_copy_comes_after_the_upgrade()
    {
        var next = NextBuild.Or(ProtocolSettings.Default, next: true);
        var id = new ServerId(new("a"), 1);
        var node = new ReplicaNode(id, [ViewService], GroupName.Default, next);
        Enter(node, new View(new ClusterId(7), 1, id, null));
        var effects = new Effects();
        node.Handle(new("c"), new OpenSession(GroupName.Default, node.View.Id, 1), effects);
        var session = Assert.IsType<SessionOpened>(effects.Messages[0].Message).Session;
        var append = new Operation(NextBuild.AppendToo, 1, Bytes.Utf8("k"), Bytes.Utf8("v"));
        var batch = new Batch(session, 1, [append]);
        Assert.Equal(ResultStatus.Unsupported, Ask(node, batch).Status);

        Enter(node, new View(new ClusterId(7), 2, id, null, Level: NextBuild.Level));
        Assert.Equal(ResultStatus.Unsupported, Ask(node, batch).Status);
        Assert.Equal(0, node.Store.Count);
        Assert.Equal(ResultStatus.Ok, Ask(node, new Batch(session, 1, [append with { Sequence = 2 }])).Status);
        Assert.Equal(1, node.Store.Count);
    }

    private static Ping Ping(string name, ViewServiceNode node, bool next) =>
        new(
            new ServerId(new(name), 1),
            node.View.Id,
            false,
            false,
            false,
            node.Now,
            next ? NextBuild.Level : Features.OfThisBuild.Level
        );

    private static void Enter(ReplicaNode node, View view) =>
        node.Handle(ViewService, new ViewNews(view, Acknowledged: true), new Effects());

    private static OperationResult Ask(ReplicaNode node, Batch batch)
    {
        var effects = new Effects();
        node.Handle(new("c"), new Request(GroupName.Default, node.View.Id, 1, batch), effects);
        return Assert.Single(effects.Messages.Select(sent => sent.Message).OfType<Reply>()).Results.Single();
    }
}
