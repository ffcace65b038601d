using CsCheck;
using ProcessingJob.Contract.Wire;

namespace ProcessingJob.Contract.Tests.Wire;

public sealed class ProtoTests
{
    static readonly Gen<(int Field, object Value)> AnyField = Gen.Select(
        Gen.Int[1, (1 << 29) - 1],
        Gen.OneOf(Gen.Long.Select(v => (object)v), Gen.Single.Select(v => (object)v), Gen.Byte.Array[0, 300].Select(v => (object)v))
    );

    [Fact]
    public void Write_ExamplesOfTheEncodingPage_GivesItsBytes()
    {
        // protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2, an embedded 150 in field 3.
        Assert.Equal("089601", Convert.ToHexStringLower(new ProtoWriter().Number(1, 150).ToArray()));
        Assert.Equal("120774657374696e67", Convert.ToHexStringLower(new ProtoWriter().Text(2, "testing").ToArray()));
        Assert.Equal("1a03089601", Convert.ToHexStringLower(new ProtoWriter().Message(3, new ProtoWriter().Number(1, 150)).ToArray()));
        Assert.Equal("08feffffffffffffffff01", Convert.ToHexStringLower(new ProtoWriter().Number(1, -2).ToArray()));
    }

    [Fact]
    public void Read_WhatWasWritten_GivesItBack() =>
        AnyField
            .Array[0, 20]
            .Sample(
                fields =>
                {
                    var writer = new ProtoWriter();
                    foreach (var (field, value) in fields)
                    {
                        _ = value switch
                        {
                            long number => writer.Number(field, number),
                            float number => writer.Single(field, number),
                            _ => writer.Bytes(field, (byte[])value),
                        };
                    }

                    var reader = new ProtoReader(writer.ToArray());
                    var raw = new ProtoWriter();
                    foreach (var (field, value) in fields)
                    {
                        Assert.True(reader.Next());
                        Assert.Equal(field, reader.Field);
                        raw.Raw(reader.Raw);
                        switch (value)
                        {
                            case long number:
                                Assert.Equal(number, reader.Number);
                                break;
                            case float number:
                                Assert.Equal(number, reader.Single);
                                break;
                            default:
                                Assert.Equal((byte[])value, reader.Bytes.ToArray());
                                break;
                        }
                    }

                    Assert.False(reader.Next());
                    Assert.Equal(writer.ToArray(), raw.ToArray());
                    Assert.Equal(writer.Length, raw.Length);
                },
                seed: "0000000000001"
            );

    [Fact]
    public void AddNumbersTo_PackedAndSingle_GivesAllInOrder()
    {
        byte[] message = [0x0A, 0x04, 0x03, 0x96, 0x01, 0x00, 0x08, 0x07];
        var reader = new ProtoReader(message);
        var numbers = new List<long>();
        while (reader.Next())
        {
            reader.AddNumbersTo(numbers);
        }

        Assert.Equal([3, 150, 0, 7], numbers);
    }

    [Theory]
    [InlineData("08", "ends inside a number")] // a tag without its value
    [InlineData("0896", "ends inside a number")]
    [InlineData("08ffffffffffffffffffff01", "longer than 10 bytes")]
    [InlineData("0a05616263", "over the end of its message by 2")]
    [InlineData("0affffffffffffffffff01616263", "over the end")] // a length of 2^64 - 1
    [InlineData("0d010203", "over the end")] // 4 bytes wanted, 3 there
    [InlineData("0901020304050607", "over the end")]
    [InlineData("0b", "wire type 3")] // a group
    [InlineData("0f", "wire type 7")]
    [InlineData("00", "number 0")]
    [InlineData("8080808010", "number 536870912")] // 2^29: one too large
    public void Next_Malformed_IsRefusedWithTheReason(string hex, string reason)
    {
        var message = Convert.FromHexString(hex);

        var error = Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new ProtoReader(message);
            while (reader.Next()) { }
        });

        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void AddNumbersTo_PackedCutOff_IsRefused() =>
        Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new ProtoReader([0x0A, 0x02, 0x96, 0x96]);
            reader.Next();
            reader.AddNumbersTo([]);
        });

    [Fact]
    public void Values_OfAnotherWireType_AreRefused()
    {
        Assert.Throws<InvalidDataException>(() => AtFirst("089601").Bytes.Length);
        Assert.Throws<InvalidDataException>(() => AtFirst("089601").Single);
        Assert.Throws<InvalidDataException>(() => AtFirst("0a0161").Number);
    }

    [Fact]
    public void Next_AnyBytes_EndsOrRefuses() =>
        Gen
            .Byte.Array[0, 200]
            .Sample(
                bytes =>
                {
                    var reader = new ProtoReader(bytes);
                    try
                    {
                        var read = 0;
                        while (reader.Next())
                        {
                            read += reader.Raw.Length;
                        }

                        Assert.Equal(bytes.Length, read);
                    }
                    catch (InvalidDataException) { }
                },
                seed: "0000000000002"
            );

    static ProtoReader AtFirst(string hex)
    {
        var reader = new ProtoReader(Convert.FromHexString(hex));
        reader.Next();
        return reader;
    }
}
