using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class SendingTests
{
    [Fact]
    public void A_clerk_that_is_not_used_sends_nothing()
    {
        var bench = new ClerkBench();
        bench.Node.Flush(bench.Effects);
        bench.Tick();
        Assert.Empty(bench.Sent);
        Assert.Empty(bench.Effects.Timers);
    }

    [Fact]
    public void The_first_call_asks_for_the_view_then_opens_a_session_then_is_sent()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        Assert.Equal(new Outgoing(Views1, new ViewRequest(ViewId.None)), Assert.Single(bench.Sent));
        bench.Hear(new ViewNews(View(3, A, B), true));
        Assert.True(bench.Noticed(NoticeKind.ViewLearned));
        var opening = bench.Only<OpenSession>();
        Assert.Equal((A.Address, View(3, A, B).Id), (bench.Sent[0].To, opening.View));
        bench.Hear(new SessionOpened(opening.Request, 9, null), A.Address);
        Assert.True(bench.Noticed(NoticeKind.SessionOpened));
        var request = bench.Only<Request>();
        Assert.Equal((9, 1), (request.Batch.Session, request.Batch.Floor));
        Assert.Equal(
            new Operation(OperationKind.Put, 1, Text("k"), Text("v")),
            Assert.Single(request.Batch.Operations)
        );
        bench.Answer(request);
        Assert.Equal(new Completion(1, CallStatus.Ok, Bytes.Empty), Assert.Single(bench.Completed));
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void A_hundred_calls_in_sequence_ask_the_view_service_once()
    {
        var bench = Ready();
        for (var call = 0; call < 100; call++)
        {
            bench.Put(call);
            bench.Answer(bench.Only<Request>());
            Assert.Equal(call, Assert.Single(bench.Completed).Call);
            Assert.Empty(bench.Sent);
        }
    }

    [Theory]
    [InlineData("", "v", CallStatus.EmptyKey)]
    [InlineData("12345", "v", CallStatus.KeyTooLong)]
    [InlineData("1234", "123456789", CallStatus.ValueTooLarge)]
    public void A_call_that_cannot_be_is_over_before_anything_is_sent(string key, string value, CallStatus status)
    {
        var bench = new ClerkBench(ProtocolSettings.Default with { MaxKeyBytes = 4, MaxValueBytes = 8 });
        bench.Submit(1, key: key, value: value);
        Assert.Equal([new Completion(1, status, Bytes.Empty)], bench.Completed);
        bench.Node.Flush(bench.Effects);
        Assert.Empty(bench.Sent);
        Assert.Empty(bench.Effects.Timers);
    }

    [Fact]
    public void Keys_and_values_of_just_the_allowed_size_are_sent()
    {
        var bench = Ready(ProtocolSettings.Default with { MaxKeyBytes = 4, MaxValueBytes = 8 });
        bench.Submit(1, key: "1234", value: "12345678");
        bench.Node.Flush(bench.Effects);
        Assert.Single(bench.Only<Request>().Batch.Operations);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(64, 4)]
    [InlineData(400, 4)]
    public void A_burst_travels_together_and_a_large_one_in_four_shares(int calls, int shares)
    {
        var bench = Ready();
        for (var call = 0; call < calls; call++)
            bench.Submit(call);
        Assert.Empty(bench.Sent);
        bench.Node.Flush(bench.Effects);
        var lengths = bench.SentOf<Request>().Select(request => request.Batch.Operations.Length);
        Assert.Equal(Enumerable.Repeat(calls / shares, shares), lengths);
    }

    [Fact]
    public void While_requests_are_in_flight_calls_gather_and_go_together_when_an_answer_frees_a_place()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 2 });
        bench.Put(1);
        var first = bench.Only<Request>();
        bench.Put(2);
        Assert.Single(bench.Only<Request>().Batch.Operations);
        for (var call = 3; call <= 10; call++)
        {
            bench.Put(call);
            Assert.Empty(bench.Sent);
        }
        bench.Answer(first);
        Assert.Equal(8, bench.Only<Request>().Batch.Operations.Length);
    }

    [Fact]
    public void A_request_is_bounded_in_bytes_but_carries_at_least_one_operation()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestBytes = 116, RequestsInFlight = 10 });
        var large = new string('x', 500);
        bench.Submit(1);
        bench.Submit(2, value: large);
        for (var call = 3; call < 10; call++)
            bench.Submit(call);
        bench.Node.Flush(bench.Effects);
        var requests = bench.SentOf<Request>().ToList();
        Assert.Equal([1, 1, 4, 3], requests.Select(r => r.Batch.Operations.Length));
        Assert.All(requests, r => Assert.True(r.Batch.Size <= 116 || r.Batch.Operations.Length == 1));
    }

    [Fact]
    public void Where_nothing_else_is_set_a_request_takes_operations_up_to_128_KiB()
    {
        var bench = Ready(new ProtocolSettings());
        for (var call = 1; call <= 3; call++)
            bench.Submit(call, value: new string('v', 60_000));
        bench.Node.Flush(bench.Effects);
        Assert.Equal([2, 1], bench.SentOf<Request>().Select(request => request.Batch.Operations.Length));
    }

    [Fact]
    public void Calls_one_after_another_take_the_same_few_places_for_ever()
    {
        var bench = Ready();
        var places = PlacesOf(bench);
        for (var call = 1; call <= 100; call++)
        {
            bench.Put(call);
            bench.Answer(bench.Only<Request>());
        }
        Assert.Equal(places, PlacesOf(bench));

        static int PlacesOf(ClerkBench bench) => State.Of(bench.Node).Split("EverSent").Length;
    }

    [Fact]
    public void The_sequences_in_flight_stay_within_the_window_above_the_floor()
    {
        var bench = Ready(ProtocolSettings.Default with { SessionWindow = 8, RequestsInFlight = 4 });
        for (var call = 0; call < 20; call++)
            bench.Submit(call);
        bench.Node.Flush(bench.Effects);
        var request = bench.Only<Request>();
        Assert.Equal((2, 8), (request.Batch.Floor, request.Batch.Operations.Length));
        Assert.True(request.Batch.Operations[^1].Sequence < request.Batch.Floor + 8);
        bench.Hear(
            new Reply(request.Number, TheSession, [new OperationResult(3, ResultStatus.Ok, Bytes.Empty)], null),
            A.Address
        );
        Assert.Empty(bench.Sent);
        bench.Hear(
            new Reply(request.Number, TheSession, [new OperationResult(2, ResultStatus.Ok, Bytes.Empty)], null),
            A.Address
        );
        Assert.Equal(
            (4, 10, 11),
            (bench.Only<Request>().Batch.Floor, bench.SequencesSent()[0], bench.SequencesSent()[^1])
        );
    }

    [Fact]
    public void The_floor_is_the_lowest_sequence_still_wanted()
    {
        var bench = Ready();
        bench.Put(1);
        var first = bench.Only<Request>();
        bench.Put(2);
        bench.Answer(bench.Only<Request>());
        bench.Put(3);
        Assert.Equal(2, bench.Only<Request>().Batch.Floor);
        bench.Answer(first);
        bench.Put(4);
        Assert.Equal(4, bench.Only<Request>().Batch.Floor);
    }

    [Theory]
    [InlineData(ResultStatus.Ok, CallStatus.Ok)]
    [InlineData(ResultStatus.Missing, CallStatus.Missing)]
    [InlineData(ResultStatus.EmptyKey, CallStatus.EmptyKey)]
    [InlineData(ResultStatus.KeyTooLong, CallStatus.KeyTooLong)]
    [InlineData(ResultStatus.ValueTooLarge, CallStatus.ValueTooLarge)]
    [InlineData(ResultStatus.Full, CallStatus.Full)]
    public void Every_result_of_the_primary_ends_the_call(ResultStatus result, CallStatus status)
    {
        var bench = Ready();
        bench.Get(1);
        var request = bench.Only<Request>();
        bench.Hear(new Reply(request.Number, TheSession, [new OperationResult(2, result, Text("x"))], null), A.Address);
        Assert.Equal([new Completion(1, status, Text("x"))], bench.Completed);
    }

    [Fact]
    public void A_reply_that_comes_twice_ends_a_call_once()
    {
        var bench = Ready();
        bench.Put(1);
        var request = bench.Only<Request>();
        bench.Answer(request);
        Assert.Single(bench.Completed);
        bench.Answer(request);
        Assert.Empty(bench.Completed);
    }

    [Fact]
    public void Results_never_asked_for_change_nothing()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1);
        bench.Put(2);
        var before = FingerprintOf(bench.Node);
        long[] sequences = [long.MinValue, -1, 0, 1, 3, 4, long.MaxValue];
        bench.Hear(
            new Reply(
                2,
                TheSession,
                [.. sequences.Select(s => new OperationResult(s, ResultStatus.Ok, Bytes.Empty))],
                null
            )
        );
        Assert.Empty(bench.Completed);
        bench.Hear(new Reply(2, TheSession + 1, [new OperationResult(2, ResultStatus.Ok, Bytes.Empty)], null));
        Assert.Empty(bench.Completed);
        bench.Hear(new SessionOpened(1, 99, null));
        bench.Hear(new Refusal(999, RefusalReason.SessionExpired, View(1, A, B)));
        Assert.Empty(bench.Sent);
        Assert.Equal(before, FingerprintOf(bench.Node));
    }

    [Fact]
    public void Messages_between_others_are_nothing_to_a_clerk()
    {
        var bench = Ready();
        bench.Put(1);
        var before = FingerprintOf(bench.Node);
        var types = typeof(Message).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Message)) && !t.IsAbstract);
        foreach (var type in types.Except([typeof(Reply), typeof(Refusal), typeof(SessionOpened), typeof(ViewNews)]))
        {
            bench.Hear((Message)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type));
            Assert.Empty(bench.Sent);
        }
        Assert.Equal(before, FingerprintOf(bench.Node));
    }

    internal static ulong FingerprintOf(ClerkNode node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }

    [Theory]
    [InlineData(OperationKind.OpenSession)]
    [InlineData(OperationKind.CloseSession)]
    [InlineData(OperationKind.Full)]
    [InlineData(OperationKind.Unsupported)]
    public void What_is_no_operation_on_a_key_stops_it(OperationKind kind) =>
        Assert.Throws<InvariantBrokenException>(() => Ready().Submit(1, kind));

    [Fact]
    public void Calls_rise()
    {
        var bench = Ready();
        bench.Submit(1, OperationKind.Append);
        Assert.Throws<InvariantBrokenException>(() => bench.Submit(1));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, CallStatus.Unsupported)]
    [InlineData(2, null)]
    public void An_operation_above_the_level_of_the_view_is_refused_at_once_and_none_before_a_view_is_known(
        int level,
        CallStatus? status
    )
    {
        var bench = new ClerkBench();
        if (level > 0)
            bench.Hear(new ViewNews(View(1, A) with { Level = level }, true));
        bench.Effects.Clear();
        bench.Submit(1, OperationKind.Unsupported + 1);
        Assert.Equal(status, bench.Completed.Select(completion => (CallStatus?)completion.Status).SingleOrDefault());
    }

    [Fact]
    public void Two_calls_set_one_tick()
    {
        var bench = Ready();
        bench.Tick();
        bench.Effects.Clear();
        bench.Submit(1);
        bench.Submit(2);
        Assert.Single(bench.Effects.Timers);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public void A_request_takes_what_just_fits(int more, int operations)
    {
        var bench = Ready(ProtocolSettings.Default with { RequestBytes = 32 + (2 * 18) - 1 + more });
        bench.Submit(1);
        bench.Submit(2);
        bench.Node.Flush(bench.Effects);
        Assert.Equal(operations, bench.SentOf<Request>().First().Batch.Operations.Length);
    }

    [Fact]
    public void A_result_of_what_is_over_not_yet_asked_or_not_yet_sent_is_nobodys()
    {
        var bench = Ready();
        for (var call = 1; call <= 4; call++)
            bench.Put(call);
        foreach (var sequence in new long[] { -2, 1, 6, 7, 10, long.MaxValue })
        {
            bench.Hear(new Reply(1, TheSession, [new(sequence, ResultStatus.Ok, Bytes.Empty)], null), A.Address);
            Assert.Empty(bench.Completed);
        }
        bench.Effects.Clear();
        bench.Submit(5);
        bench.Node.Handle(
            A.Address,
            new Reply(1, TheSession, [new(6, ResultStatus.Ok, Bytes.Empty)], null),
            bench.Effects
        );
        Assert.Empty(bench.Completed);
    }

    [Fact]
    public void Requests_with_large_values_have_more_time()
    {
        var settings = ProtocolSettings.Default with { RequestBytes = 100, RequestsInFlight = 2 };
        var bench = Ready(settings);
        for (var call = 0; call < 2; call++)
            bench.Submit(call, value: new string('v', 1000));
        bench.Node.Flush(bench.Effects);
        var bytes = bench.SentOf<Request>().Sum(request => request.Batch.Size);

        bench.Tick(settings.RequestTimeoutTicks + (int)(bytes / 100) - 3);
        Assert.Empty(bench.Sent);
        bench.Tick();
        Assert.Single(bench.SentOf<ViewRequest>());
        bench.PauseOver();
        Assert.Equal(2, bench.SentOf<Request>().Count());
    }
}
