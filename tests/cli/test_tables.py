from nntui.cli.tables import Column, _fitting


def test_columns_that_can_be_spared_make_room():
    columns = [Column("a"), Column("b", spare=True), Column("c"), Column("d", spare=True)]
    assert _fitting(columns, [10, 10, 10, 10], 46) == [0, 1, 2, 3]
    assert _fitting(columns, [10, 10, 10, 10], 45) == [0, 1, 2]
    assert _fitting(columns, [10, 10, 10, 10], 3) == [0, 2]
